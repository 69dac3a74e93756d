# One image for the web service, the migrations and every part of Airflow: they run the same code.

FROM python:3.12-slim AS build
ENV PIP_NO_INPUT=1 UV_LINK_MODE=copy
COPY infra/install/uv.lock /build/uv.lock
RUN python -m pip install --no-cache-dir --require-hashes -r /build/uv.lock
COPY requirements-scale.lock /build/
RUN python -m venv /opt/venv \
    && uv pip install --no-cache --python /opt/venv/bin/python --require-hashes --compile-bytecode -r /build/requirements-scale.lock
COPY broadsheet /opt/broadsheet/broadsheet
COPY crawlers /opt/broadsheet/crawlers
COPY processors /opt/broadsheet/processors
COPY dags /opt/broadsheet/dags
COPY infra/airflow /opt/broadsheet/infra/airflow
COPY LICENSE NOTICE /opt/broadsheet/
RUN echo /opt/broadsheet > "$(/opt/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/broadsheet-checkout.pth" \
    && printf '#!/opt/venv/bin/python\nimport sys\nfrom broadsheet.cli import main\nsys.exit(main())\n' > /opt/venv/bin/broadsheet \
    && chmod 755 /opt/venv/bin/broadsheet \
    && /opt/venv/bin/python -m compileall -q /opt/broadsheet

FROM python:3.12-slim
RUN useradd --uid 10001 --user-group --home-dir /var/lib/broadsheet --create-home broadsheet \
    && install -d -o 10001 -g 10001 /var/lib/broadsheet/airflow /var/lib/broadsheet/log
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/broadsheet /opt/broadsheet
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AIRFLOW_HOME=/var/lib/broadsheet/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/broadsheet/dags \
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=/var/lib/broadsheet/log \
    BROADSHEET_VAR=/var/lib/broadsheet
USER 10001:10001
WORKDIR /var/lib/broadsheet
ENTRYPOINT ["/opt/broadsheet/infra/airflow/start"]
CMD ["broadsheet", "web"]

-- Runs once, when the data volume is empty: Airflow's metadata live beside the service's tables, in a database of their own.
CREATE DATABASE airflow;

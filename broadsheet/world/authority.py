"""A certificate authority made at start, so that crawlers can keep their certificate checks on."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = timedelta(days=30)
SLACK = timedelta(days=1)
"""Certificates begin so long before now, for clocks that differ."""
MANY = 2_000
"""More host names than a world has: strangers' names do not fill the memory."""


class Authority:
    """Signs a certificate for each host name that is asked for."""

    def __init__(self, folder: Path) -> None:
        """Writes the certificate to trust into `folder`, as ca.pem."""
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.leaf_key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Broadsheet news world authority")])
        self.certificate = self.root()
        fresh = folder / "ca.pem.new"
        fresh.write_bytes(pem(self.certificate))
        fresh.replace(self.path)  # a crawler that starts meanwhile reads the old one or the new one, never half of it
        self.contexts: dict[str, ssl.SSLContext] = {}

    @property
    def path(self) -> Path:
        return self.folder / "ca.pem"

    def root(self) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        key_id = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        builder = self.builder(self.name, self.key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return (
            builder.add_extension(usage, critical=True)
            .add_extension(key_id, critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def leaf(self, host: str) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Broadsheet news world")])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = self.builder(subject, self.leaf_key.public_key())
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.add_extension(issuer, critical=False).sign(self.key, hashes.SHA256())

    def builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now - SLACK).not_valid_after(now + VALID)

    def context(self) -> ssl.SSLContext:
        """The server side of TLS for any host name that a client names."""
        context = self.host_context("localhost")

        def named(connection: ssl.SSLObject | ssl.SSLSocket, host: str | None, _: ssl.SSLContext) -> None:
            if host:
                connection.context = self.host_context(host.lower())

        context.sni_callback = named
        return context

    def host_context(self, host: str) -> ssl.SSLContext:
        if host in self.contexts:
            return self.contexts[host]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        chain = self.folder / "leaf.pem"
        chain.touch(mode=0o600)
        chain.write_bytes(pem(self.leaf(host)) + self.leaf_key_pem())
        context.load_cert_chain(chain)
        chain.unlink()
        if len(self.contexts) < MANY:
            self.contexts[host] = context
        return context

    def leaf_key_pem(self) -> bytes:
        form = serialization.PrivateFormat.PKCS8
        return self.leaf_key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

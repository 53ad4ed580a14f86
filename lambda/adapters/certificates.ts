/** Node's codes for OpenSSL's errors about a certificate, and for its own errors about the names in it. */
const VERDICT =
  /^(CERT_|CRL_|ERR_TLS_CERT_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|ERROR_IN_C(ERT|RL)_|(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$)/;

/** Whether the code of an error means that a certificate is not trusted. Then nothing was sent. */
export function isAboutCertificate(code: string): boolean {
  return VERDICT.test(code);
}

/** OpenSSL's verdicts on a certificate, by the names that Node gives them, and Node's own on the names in it. */
const VERDICT =
  /^(CERT_|CRL_|ERR_TLS_CERT_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|ERROR_IN_C(ERT|RL)_|(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$)/;

/** Whether an error's code says that a certificate is not trusted: then nothing was sent. */
export function isAboutCertificate(code: string): boolean {
  return VERDICT.test(code);
}

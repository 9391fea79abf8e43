import java.io.FileInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;

/** Prints the certificates that Java finds in the PKCS #7 file named: base64 of the DER, one a line. */
class CertsOnly {
  public static void main(String[] args) throws Exception {
    try (var in = new FileInputStream(args[0])) {
      var path = CertificateFactory.getInstance("X.509").generateCertPath(in, "PKCS7");
      for (Certificate one : path.getCertificates()) {
        System.out.println(Base64.getEncoder().encodeToString(one.getEncoded()));
      }
    }
  }
}

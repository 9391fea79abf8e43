import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Java's own judgement of a path of one certificate under one CA: a line on standard input holds "ocsp" or "crl", the
 * CA's file and the certificate's file; a line on standard output says GOOD, REVOKED and the reason, EXPIRED, or why not.
 * OCSP responders and CRLs are found where the certificate says that they are.
 */
public class PathCheck {
  public static void main(String[] args) throws Exception {
    System.setProperty("com.sun.security.enableCRLDP", "true");
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t");
      System.out.println(judge(parts[0], read(parts[1]), read(parts[2])));
    }
  }

  private static X509Certificate read(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static String judge(String by, X509Certificate ca, X509Certificate certificate) throws Exception {
    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    checker.setOptions(by.equals("crl")
        ? EnumSet.of(Option.ONLY_END_ENTITY, Option.NO_FALLBACK, Option.PREFER_CRLS)
        : EnumSet.of(Option.ONLY_END_ENTITY, Option.NO_FALLBACK));
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(ca, null)));
    parameters.addCertPathChecker(checker);
    try {
      validator.validate(path, parameters);
      return "GOOD";
    } catch (CertPathValidatorException refused) {
      if (refused.getCause() instanceof CertificateRevokedException revoked) {
        return "REVOKED " + revoked.getRevocationReason();
      }
      if (refused.getCause() instanceof CertificateExpiredException) return "EXPIRED";
      return "REFUSED " + refused.getReason() + " " + refused.getMessage();
    }
  }
}

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CRL;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.Extension;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Java's own judgement of a path of one certificate. A line on standard input has four parts between tabs: how to judge;
 * the files of the trusted CAs, between commas; the certificate's file; and further arguments of that way of judging. A
 * line on standard output says GOOD, EXPIRED, REVOKED with the reason (and for OCSP the date), or the error.
 *
 *   crl                           by the CRL that the certificate names
 *   crls    FILES                 by the CRLs in files, between commas; and none is fetched
 *   ocsp    [URL]                 by the responder that the certificate names, or by one at another address
 *   nonce   [URL]                 the same, with a nonce of 32 octets
 *   given   RESPONSE [TIME]       by the answer in a file, at a time in milliseconds
 *   trusted RESPONDER             by the responder, whose certificate is trusted beforehand
 */
public class PathCheck {
  public static void main(String[] args) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(judge(line.split("\t")));
    }
  }

  private static X509Certificate read(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static CRL readCrl(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCRL(in);
    }
  }

  private static String judge(String[] parts) throws Exception {
    String by = parts[0];
    Set<TrustAnchor> anchors = new HashSet<>();
    for (String file : parts[1].split(",")) anchors.add(new TrustAnchor(read(file), null));
    X509Certificate certificate = read(parts[2]);
    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    checker.setOptions(by.startsWith("crl")
        ? EnumSet.of(Option.ONLY_END_ENTITY, Option.NO_FALLBACK, Option.PREFER_CRLS)
        : EnumSet.of(Option.ONLY_END_ENTITY, Option.NO_FALLBACK));
    PKIXParameters parameters = new PKIXParameters(anchors);
    // Java's own checker takes the place of this one where none is added. It fetches only where this property says so.
    System.setProperty("com.sun.security.enableCRLDP", by.equals("crls") ? "false" : "true");
    if (by.equals("crls")) {
      Set<Object> crls = new HashSet<>();
      for (String file : parts.length > 3 ? parts[3].split(",") : new String[0]) crls.add(readCrl(file));
      parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(crls)));
    }
    if (by.equals("nonce")) checker.setOcspExtensions(List.of(new Nonce()));
    if ((by.equals("ocsp") || by.equals("nonce")) && parts.length > 3) checker.setOcspResponder(URI.create(parts[3]));
    if (by.equals("given")) checker.setOcspResponses(Map.of(certificate, Files.readAllBytes(Path.of(parts[3]))));
    if (by.equals("given") && parts.length > 4) parameters.setDate(new Date(Long.parseLong(parts[4])));
    if (by.equals("trusted")) checker.setOcspResponderCert(read(parts[3]));
    if (!by.equals("crls")) parameters.addCertPathChecker(checker);
    try {
      validator.validate(path, parameters);
      return "GOOD";
    } catch (CertPathValidatorException refused) {
      if (refused.getCause() instanceof CertificateRevokedException revoked) {
        String reason = "REVOKED " + revoked.getRevocationReason();
        return by.startsWith("crl") ? reason : reason + " " + revoked.getRevocationDate().toInstant();
      }
      if (refused.getCause() instanceof CertificateExpiredException) return "EXPIRED";
      return "REFUSED " + refused.getReason() + " " + refused.getMessage();
    }
  }

  /** RFC 9654 2.1: an OCTET STRING of 32 octets. Java compares it with the nonce of the answer. */
  private static final class Nonce implements Extension {
    private static final int OCTETS = 32;
    private final byte[] value = new byte[2 + OCTETS];

    Nonce() {
      byte[] octets = new byte[OCTETS];
      new SecureRandom().nextBytes(octets);
      value[0] = 4;
      value[1] = OCTETS;
      System.arraycopy(octets, 0, value, 2, OCTETS);
    }

    @Override
    public String getId() {
      return "1.3.6.1.5.5.7.48.1.2";
    }

    @Override
    public boolean isCritical() {
      return false;
    }

    @Override
    public byte[] getValue() {
      return value.clone();
    }

    @Override
    public void encode(OutputStream out) throws IOException {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      content.write(new byte[] {6, 9, 0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2});
      content.write(new byte[] {4, (byte) value.length});
      content.write(value);
      out.write(new byte[] {0x30, (byte) content.size()});
      content.writeTo(out);
    }
  }
}

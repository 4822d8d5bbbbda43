package streamspec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;

/**
 * The certificate of the run's authority as the trust store of this process, which an application names by the same properties. The
 * JDK reads no PEM there.
 */
final class Trust {
    /** Holds the path of the certificate, as PEM. */
    static final String VARIABLE = "STREAMSPEC_CERTIFICATE";

    private static final String PASSWORD = "streamspec";

    private Trust() {}

    /** Names a trust store with the certificate that was handed over, if one was. It has to be done before TLS is first spoken. */
    static void prepare() {
        String certificate = System.getenv(VARIABLE);
        if (certificate == null) {
            return;
        }
        try {
            Path store = store(Path.of(certificate));
            System.setProperty("javax.net.ssl.trustStore", store.toString());
            System.setProperty("javax.net.ssl.trustStoreType", "PKCS12");
            System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new IllegalStateException("the certificate in " + VARIABLE + " cannot be used", unreadable);
        }
    }

    private static Path store(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream text = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "streamspec", CertificateFactory.getInstance("X.509").generateCertificate(text));
        }
        Path file = Files.createTempFile("streamspec", ".p12");
        try (OutputStream written = Files.newOutputStream(file)) {
            store.store(written, PASSWORD.toCharArray());
        }
        return file;
    }
}

{% for line in parts.about %}//{% if !line.is_empty() %} {{ line }}{% endif %}
{% endfor %}
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
{{ call }}
    /** A write, as text or in base64, or a pause. */
    private record Step(byte[] bytes, long pause) {
        static Step text(String... parts) {
            return new Step(String.join("", parts).getBytes(StandardCharsets.UTF_8), 0);
        }

        static Step base64(String... parts) {
            return new Step(Base64.getDecoder().decode(String.join("", parts)), 0);
        }

        static Step pause(long milliseconds) {
            return new Step(new byte[0], milliseconds);
        }
    }

    private record Answer(String end, boolean keepAlive, Step... steps) {}

    /** The bytes of each answer, write by write, with the pauses and the end. The last answer is repeated. */
    private static final Answer[] ANSWERS = {
{%- for answer in answers %}
        new Answer(
                "{{ answer.end }}",
                {{ answer.keep_alive }}
                {%- for step in answer.steps %},
                Step.{{ step }}
                {%- endfor %}),
{%- endfor %}
    };

    /** Plays the answers on 127.0.0.1. */
    private static final class Playing implements AutoCloseable {
        private final ServerSocket listener;
        private final AtomicInteger requests = new AtomicInteger();

        Playing() throws IOException {
            listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
            start(this::accept);
        }

        String url() {
            return "http://127.0.0.1:" + listener.getLocalPort();
        }

        private static void start(Runnable work) {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    start(() -> serve(client));
                }
            } catch (IOException closed) {
                // The test is over.
            }
        }

        private void serve(Socket client) {
            try (client) {
                client.setTcpNoDelay(true);
                InputStream in = client.getInputStream();
                OutputStream out = client.getOutputStream();
                while (readRequest(in)) {
                    Answer answer = ANSWERS[Math.min(requests.getAndIncrement(), ANSWERS.length - 1)];
                    for (Step step : answer.steps()) {
                        Thread.sleep(step.pause());
                        out.write(step.bytes());
                        out.flush();
                    }
                    if (answer.end().equals("reset")) {
                        client.setSoLinger(true, 0);
                        return;
                    }
                    if (answer.end().equals("eof") || answer.end().equals("finish") && !answer.keepAlive()) {
                        client.shutdownOutput();
                    }
                    if (!answer.end().equals("finish") || !answer.keepAlive()) {
                        in.transferTo(OutputStream.nullOutputStream());
                        return;
                    }
                }
            } catch (IOException | InterruptedException left) {
                // The client may leave at any time.
            }
        }

        /** Reads one request; false when the client has left. */
        private static boolean readRequest(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return false;
                }
                head.append((char) next);
            }
            int length = 0;
            for (String line : head.toString().split("\r\n")) {
                if (line.toLowerCase().startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).trim());
                }
            }
            in.readNBytes(length);
            return true;
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    /** What the caller of the SDK sees. */
    private static final class Seen {
        private final StringBuilder text = new StringBuilder();
        private String stopReason;
        private Throwable error;

        private void read(String url) {
            try {
                call(url, item -> {
                    text.append(textOf(item));
                    String reason = stopReasonOf(item);
                    stopReason = reason == null ? stopReason : reason;
                });
            } catch (Throwable thrown) {
                error = opened(thrown);
            }
        }

        private boolean hasClass(String name) {
            for (Class<?> kind = error == null ? null : error.getClass(); kind != null; kind = kind.getSuperclass()) {
                if (kind.getSimpleName().equals(name)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean isOneOf(Object value, Object... wanted) {
        return Arrays.stream(wanted).anyMatch(one -> String.valueOf(one).equals(String.valueOf(value)));
    }

    @Test
    void {{ name }}() throws IOException {
        try (Playing server = new Playing()) {
            Seen seen = new Seen();
            assertTimeoutPreemptively(
                    Duration.ofSeconds({{ parts.deadline }}), () -> seen.read(server.url()), "the call comes to an end");
{%- for [assertion, words] in assertions %}
            assertTrue({{ assertion }}, "{{ words }}");
{%- endfor %}
        }
    }
}

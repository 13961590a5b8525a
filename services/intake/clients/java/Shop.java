import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * A shop that uses Tixian.java.
 *
 * <pre>
 *   Shop form NAME=VALUE...          prints a page that posts the signed form
 *   Shop serve PORT NAME=VALUE...    serves that page at /, and hears /return and /notify
 *   Shop query order_id=...          asks after a withdrawal
 *   Shop vectors FILE                checks the signature vectors
 * </pre>
 *
 * Settings: INTAKE_URL, PARTNER_ID, PARTNER_KEY_ID, PARTNER_PRIVATE_KEY_FILE, NOTICES_DIR.
 */
final class Shop {
    /** Reads a request, or says why it is not believed. */
    private interface Reader {
        String read(HttpExchange exchange) throws Exception;
    }

    static String setting(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalStateException(name + " is not set");
        }
        return value;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /** Posts itself where scripts run; elsewhere the user presses the button. */
    private static String page(List<Text.Field> fields) {
        String inputs = fields.stream().map(field -> "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n"
                .formatted(escape(field.name()), escape(field.value()))).collect(Collectors.joining());
        return """
                <!doctype html><meta charset="utf-8"><title>提现</title>
                <form method="post" action="%s/withdraw">
                %s<button>去提现</button></form>
                <script>document.forms[0].submit()</script>
                """.formatted(escape(setting("INTAKE_URL")), inputs);
    }

    /** Code 0000 means accepted. Whether money moved is for the notice to say. */
    private static String returned(Tixian tixian, HttpExchange exchange) throws Exception {
        String query = exchange.getRequestURI().getRawQuery();
        Map<String, String> answer = tixian.openReturn(query == null ? "" : query);
        System.out.println("return " + answer.get("code") + " " + answer.get("order_id"));
        return answer.get("code") + " " + answer.get("message") + " " + answer.get("order_id") + "\n";
    }

    private static String notified(Tixian tixian, HttpExchange exchange) throws Exception {
        var notice = tixian.openForm(Text.readForm(Platform.readBody(exchange.getRequestBody())));
        if (!Notices.isNew(notice.get("nonce"))) {
            throw new Text.Refused("nonce_repeated");
        }
        String judged = Notices.remember(notice);
        boolean rehearsal = notice.containsKey("certification");
        System.out.println((rehearsal ? "rehearsal " : "notice ") + judged + " " + Notices.about(notice) + " "
                + notice.get("sequence") + " " + notice.get("status"));
        if (rehearsal) { // about nobody's money: book nothing, and say what it was taken for
            exchange.getResponseHeaders().set("Tixian-Certification", judged);
        }
        return "success";
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String kind = text.startsWith("<!doctype") ? "text/html" : "text/plain";
        exchange.getResponseHeaders().set("Content-Type", kind + "; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void hear(HttpServer server, String method, String path, Reader reader) {
        server.createContext(path, exchange -> {
            boolean here = exchange.getRequestMethod().equals(method) && exchange.getRequestURI().getPath().equals(path);
            try {
                answer(exchange, here ? 200 : 404, here ? reader.read(exchange) : "not found\n");
            } catch (Text.Refused refused) {
                System.out.println("refused " + path + " " + refused.getMessage());
                answer(exchange, 400, refused.getMessage() + "\n");
            } catch (Exception error) {
                System.out.println("failed " + path + ": " + error);
                answer(exchange, 503, "later\n");
            }
        });
    }

    private static void serve(Tixian tixian, int port, Map<String, String> business) throws IOException {
        String base = "http://127.0.0.1:" + port;
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        hear(server, "GET", "/return", exchange -> returned(tixian, exchange));
        hear(server, "POST", "/notify", exchange -> notified(tixian, exchange));
        hear(server, "GET", "/", exchange -> {
            Map<String, String> order = new LinkedHashMap<>(Map.of("out_order_no", Tixian.random(),
                    "return_url", base + "/return", "notify_url", base + "/notify", "from_url", base + "/"));
            order.putAll(business);
            return page(tixian.pageCall(fields(order)));
        });
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
        System.out.println("serving " + base + "/");
    }

    private static List<Text.Field> fields(Map<String, String> pairs) {
        return pairs.entrySet().stream().map(pair -> new Text.Field(pair.getKey(), pair.getValue())).toList();
    }

    public static void main(String[] words) throws Exception {
        if (words.length == 2 && words[0].equals("vectors")) {
            System.exit(Vectors.check(Path.of(words[1])));
        }
        Map<String, String> business = new LinkedHashMap<>();
        for (String word : words) {
            if (word.contains("=")) {
                business.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
            }
        }
        var platform = new Platform(setting("INTAKE_URL"));
        var key = Tixian.readPrivateKey(Files.readString(Path.of(setting("PARTNER_PRIVATE_KEY_FILE"))));
        var tixian = new Tixian(setting("PARTNER_ID"), setting("PARTNER_KEY_ID"), key, platform::find, Clock.systemUTC());
        switch (words.length == 0 ? "" : words[0]) {
            case "form" -> System.out.print(page(tixian.pageCall(fields(business))));
            case "serve" -> serve(tixian, Integer.parseInt(words[1]), business);
            case "query" -> System.out.println(
                    platform.call(tixian, "POST", "/v1/withdrawals/query", new Gson().toJson(business)));
            default -> throw new IllegalArgumentException("one of form, serve, query, vectors");
        }
    }
}

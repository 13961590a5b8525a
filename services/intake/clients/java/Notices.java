import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the shop has heard. */
final class Notices {
    private static final Map<String, Long> NONCES = new ConcurrentHashMap<>();

    private Notices() {}

    static String about(Map<String, String> notice) {
        return notice.getOrDefault("order_id", notice.get("application_id"));
    }

    /**
     * One file a notice, made exclusively: of two deliveries at once only one is new. A shop has a row
     * whose primary key is notice_id, written in the transaction that books the money.
     */
    static String remember(Map<String, String> notice) throws IOException {
        Path folder = Path.of(System.getenv().getOrDefault("NOTICES_DIR", "notices"), about(notice));
        Files.createDirectories(folder);
        String name = "%06d-%s-%s".formatted(Integer.parseInt(notice.get("sequence")), notice.get("status"),
                notice.get("notice_id"));
        try {
            Files.createFile(folder.resolve(name));
        } catch (FileAlreadyExistsException known) {
            return "repeat";
        }
        try (var all = Files.list(folder)) {
            return all.anyMatch(other -> other.getFileName().toString().compareTo(name) > 0) ? "older" : "new";
        }
    }

    /** Those of the last twenty minutes; anything older is refused by its clock. */
    static boolean isNew(String nonce) {
        long now = System.nanoTime();
        NONCES.values().removeIf(at -> now - at > 2 * Tixian.CLOCK_SKEW.toNanos());
        return NONCES.putIfAbsent(nonce, now) == null;
    }
}

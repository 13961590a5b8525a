<?php
// A partner's side of Tixian: signs the page call and calls of the API, verifies the return, the
// notices and the API's answers. shop.php beside it shows how a shop uses it.

declare(strict_types=1);

const CLOCK_SKEW = 600; // seconds
const PATIENCE = 10; // seconds
const LONGEST_BODY = 64 * 1024; // bytes
const COMMON = ['partner_id', 'key_id', 'timestamp', 'nonce', 'sign'];
const RETURNED = [...COMMON, 'version', 'sign_type', 'code', 'message', 'order_id', 'money',
    'htouhui_user_id', 'third_party_user_id'];

/** Why something is not believed: its message is an error code of the platform's. */
class Refused extends Exception {}

/** Decoded pairs. $_GET and $_POST rename fields, and of repeated ones they keep the last. */
function read_form(string $encoded): array
{
    $decoded = fn ($pair) => array_map('urldecode', array_pad(explode('=', $pair, 2), 2, ''));
    return array_map($decoded, array_values(array_filter(explode('&', $encoded), 'strlen')));
}

/** Sorted by name in byte order, without sign and empty values; the values as they are. */
function signed_text(array $fields): string
{
    $names = array_column($fields, 0);
    count(array_unique($names)) === count($names) || throw new Refused('field_repeated');
    $kept = array_filter($fields, fn ($field) => $field[0] !== 'sign' && $field[1] !== '');
    usort($kept, fn ($a, $b) => strcmp($a[0], $b[0]));
    return implode('&', array_map(fn ($field) => "$field[0]=$field[1]", $kept));
}

function api_text(string $method, string $path, string $timestamp, string $nonce, string $body): string
{
    return "$method\n$path\n$timestamp\n$nonce\n$body\n";
}

/** The moment of a yyyyMMddHHmmss in Beijing, or of now. */
function beijing(string $time = ''): DateTimeImmutable
{
    $zone = new DateTimeZone('+08:00');
    $read = $time === '' ? new DateTimeImmutable('now', $zone) : DateTimeImmutable::createFromFormat('!YmdHis', $time, $zone);
    return $read ?: throw new Refused('field_malformed');
}

/** Headers and body of an answer, whatever its status. */
function send(string $url, array $http = []): array
{
    $http += ['timeout' => PATIENCE, 'ignore_errors' => true, 'follow_location' => 0];
    $context = stream_context_create(['http' => $http]);
    $body = @file_get_contents($url, false, $context, 0, LONGEST_BODY);
    $body !== false || throw new RuntimeException('the platform does not answer');
    return [$http_response_header, $body];
}

class Tixian
{
    public function __construct(private string $partner_id, private string $key_id, private string $private_pem,
        private Closure $find_key, private ?DateTimeImmutable $now = null) {}

    public function sign(string $text): string
    {
        $signed = openssl_sign($text, $signature, $this->private_pem, OPENSSL_ALGO_SHA256);
        $signed || throw new RuntimeException('the private key cannot sign');
        return base64_encode($signature);
    }

    public function page_call(array $business): array
    {
        $fields = ['partner_id' => $this->partner_id, 'version' => '1.0', 'sign_type' => 'RSA2',
            'key_id' => $this->key_id, 'timestamp' => beijing()->format('YmdHis'),
            'nonce' => bin2hex(random_bytes(16)), ...$business];
        $fields = array_map(null, array_keys($fields), array_values($fields));
        return [...$fields, ['sign', $this->sign(signed_text($fields))]];
    }

    public function authorization(string $method, string $path, string $timestamp, string $nonce, string $body): string
    {
        $signature = $this->sign(api_text($method, $path, $timestamp, $nonce, $body));
        return "TIXIAN-RSA2 partner_id=\"$this->partner_id\",key_id=\"$this->key_id\",timestamp=\"$timestamp\","
            . "nonce=\"$nonce\",signature=\"$signature\"";
    }

    private function verify(string $text, string $base64, array $said): void
    {
        $signature = base64_decode($base64, true);
        // PHP forgives missing padding; only one spelling is a signature.
        base64_encode($signature ?: '') === $base64 || throw new Refused('field_malformed');
        $said['partner_id'] === $this->partner_id || throw new Refused('partner_unknown');
        $key = ($this->find_key)($said['key_id']) ?? throw new Refused('key_unknown');
        openssl_verify($text, $signature, $key, OPENSSL_ALGO_SHA256) === 1 || throw new Refused('signature_mismatch');
        $late = abs(($this->now ?? beijing())->getTimestamp() - beijing($said['timestamp'])->getTimestamp());
        $late <= CLOCK_SKEW || throw new Refused('timestamp_out_of_range');
    }

    /** What a signed form says. The platform puts & in no value: one that has it was patched
     *  together from two fields, which leaves the signed text as it was. */
    public function open_form(array $fields): array
    {
        $text = signed_text($fields);
        $form = array_column($fields, 1, 0);
        foreach (COMMON as $name) {
            ($form[$name] ?? '') !== '' || throw new Refused('field_missing');
        }
        str_contains(implode($form), '&') && throw new Refused('field_malformed');
        $this->verify($text, $form['sign'], $form);
        return $form;
    }

    /** Only the platform's fields are signed; the shop's own may stand beside them. */
    public function open_return(string $query): array
    {
        $is_signed = fn ($field) => in_array($field[0], RETURNED, true);
        return $this->open_form(array_values(array_filter(read_form($query), $is_signed)));
    }

    /** The verified answer to a call of the JSON API. */
    public function call(string $url, string $method, string $path, string $body): string
    {
        [$timestamp, $nonce] = [beijing()->format('YmdHis'), bin2hex(random_bytes(16))];
        $authorization = $this->authorization($method, $path, $timestamp, $nonce, $body);
        $header = ["Authorization: $authorization", 'Content-Type: application/json'];
        [$headers, $answer] = send($url . $path, ['method' => $method, 'header' => $header, 'content' => $body]);
        $signed = preg_replace('/^authorization:\s*/i', '', current(preg_grep('/^authorization:/i', $headers)) ?: '');
        $this->check_answer($method, $path, $nonce, $answer, $signed);
        return $answer;
    }

    /** The nonce is that of the question, so no answer to another one fits. */
    public function check_answer(string $method, string $path, string $nonce, string $body, string $header): void
    {
        preg_match_all('/(\w+)="([^"]*)"/', $header, $found);
        $said = array_combine($found[1], $found[2]);
        $has_all = isset($said['partner_id'], $said['key_id'], $said['timestamp'], $said['signature']);
        $has_all && str_starts_with($header, 'TIXIAN-RSA2 ') || throw new Refused('field_malformed');
        $this->verify(api_text($method, $path, $said['timestamp'], $nonce, $body), $said['signature'], $said);
    }
}

<?php
// A shop that uses tixian.php.
//
//   php shop.php form NAME=VALUE...          prints a page that posts the signed form
//   php shop.php serve PORT NAME=VALUE...    serves that page at /, and hears /return and /notify
//   php shop.php query order_id=...          asks after a withdrawal
//   php shop.php vectors FILE                checks the signature vectors
//
// Settings: INTAKE_URL, PARTNER_ID, PARTNER_KEY_ID, PARTNER_PRIVATE_KEY_FILE, NOTICES_DIR.

declare(strict_types=1);

require __DIR__ . '/tixian.php';
require __DIR__ . '/keys.php';
require __DIR__ . '/notices.php';

/** Posts itself where scripts run; elsewhere the user presses the button. */
function page(array $fields): string
{
    $input = fn ($field) => sprintf("<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", ...array_map('htmlspecialchars', $field));
    return "<!doctype html><meta charset=\"utf-8\"><title>提现</title>\n"
        . '<form method="post" action="' . htmlspecialchars(getenv('INTAKE_URL')) . "/withdraw\">\n"
        . implode(array_map($input, $fields)) . "<button>去提现</button></form>\n"
        . "<script>document.forms[0].submit()</script>\n";
}

function tixian(): Tixian
{
    $pem = file_get_contents(getenv('PARTNER_PRIVATE_KEY_FILE'));
    return new Tixian(getenv('PARTNER_ID'), getenv('PARTNER_KEY_ID'), $pem, platform_key(...));
}

function tell(string $line): void
{
    file_put_contents('php://stdout', "$line\n");
}

/** Code 0000 means accepted. Whether money moved is for the notice to say. */
function returned(): string
{
    $answer = tixian()->open_return(parse_url($_SERVER['REQUEST_URI'], PHP_URL_QUERY) ?? '');
    tell("return {$answer['code']} {$answer['order_id']}");
    return "{$answer['code']} {$answer['message']} {$answer['order_id']}\n";
}

function notified(): string
{
    $body = file_get_contents('php://input', length: LONGEST_BODY + 1);
    strlen($body) <= LONGEST_BODY || throw new Refused('request_too_large');
    $notice = tixian()->open_form(read_form($body));
    is_new_nonce($notice['nonce']) || throw new Refused('nonce_repeated');
    $about = $notice['order_id'] ?? $notice['application_id'];
    [$judged, $rehearsal] = [remember($notice), isset($notice['certification'])];
    tell(($rehearsal ? 'rehearsal' : 'notice') . " $judged $about {$notice['sequence']} {$notice['status']}");
    // A rehearsal is about nobody's money: book nothing, and say what it was taken for.
    $rehearsal && header("Tixian-Certification: $judged");
    return 'success';
}

/** One request to the server that `serve` became. */
function answer(): void
{
    $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    header('Content-Type: text/' . ($path === '/' ? 'html' : 'plain') . '; charset=utf-8');
    try {
        echo match ("{$_SERVER['REQUEST_METHOD']} $path") {
            'GET /' => page(tixian()->page_call(['out_order_no' => bin2hex(random_bytes(16)), ...json_decode(getenv('SHOP_ORDER'), true)])),
            'GET /return' => returned(),
            'POST /notify' => notified(),
            default => http_response_code(404) ? "not found\n" : '',
        };
    } catch (Refused $refused) {
        http_response_code(400);
        tell("refused $path {$refused->getMessage()}");
        echo $refused->getMessage(), "\n";
    } catch (RuntimeException | JsonException $error) {
        http_response_code(503);
        tell("failed $path: {$error->getMessage()}");
        echo "later\n";
    }
}

/** Becomes PHP's own server, which runs this file for every request. */
function serve(string $port, array $business): never
{
    $base = "http://127.0.0.1:$port";
    $order = ['return_url' => "$base/return", 'notify_url' => "$base/notify", 'from_url' => "$base/", ...$business];
    $environment = [...getenv(), 'SHOP_ORDER' => json_encode($order)];
    pcntl_exec(PHP_BINARY, ['-q', '-S', "127.0.0.1:$port", __FILE__], $environment);
    throw new RuntimeException('PHP cannot start its server');
}

if (PHP_SAPI === 'cli-server') {
    answer();
    return;
}
[$command, $words] = [$argv[1] ?? '', array_slice($argv, 2)];
$business = [];
foreach (preg_grep('/=/', $words) as $pair) {
    [$name, $business[$name]] = explode('=', $pair, 2);
}
echo match ($command) {
    'vectors' => require __DIR__ . '/vectors.php',
    'form' => page(tixian()->page_call($business)),
    'serve' => serve($words[0], $business),
    'query' => tixian()->call(getenv('INTAKE_URL'), 'POST', '/v1/withdrawals/query', json_encode($business)) . "\n",
    default => throw new InvalidArgumentException('one of form, serve, query, vectors'),
};

<?php
declare(strict_types=1);

/** The page that the bridge's webhooks go to. */
require __DIR__ . '/webhooks.php';
require __DIR__ . '/calls.php';

// Until it is done: PHP answers 200 to its own fatal errors where it displays them.
http_response_code(500);
try {
    $body = file_get_contents('php://input');
    $event = verified_event($body, request_headers($_SERVER), explode(' ', getenv('PITEL_WEBHOOK_SECRET')));
} catch (RuntimeException | JsonException $refused) {
    http_response_code(400);
    exit($refused->getMessage());
}
// After an error beyond this point the bridge sends the event again.
$calls = new Calls(new PDO(getenv('PITEL_DATABASE'), getenv('PITEL_DATABASE_USER') ?: null, getenv('PITEL_DATABASE_PASSWORD') ?: null));
$first = $calls->take($event);
// A repeat is a success: the bridge has only not heard of it.
http_response_code(200);
echo $first ? 'done' : 'repeat';

<?php
declare(strict_types=1);

/**
 * The page that the bridge's webhooks go to, for Bitrix24: a card at the extension that rings, and an activity in the CRM when
 * the call has ended. `finish` needs the id that `register` has returned, so that id is kept with the call.
 */
require __DIR__ . '/webhooks.php';
require __DIR__ . '/calls.php';

final class Bitrix24
{
    /** What is no fault of the event: at 502 the bridge waits with all events, at 500 with this call's. */
    private const BUSY = ['no answer', 'QUERY_LIMIT_EXCEEDED', 'OPERATION_TIME_LIMIT'];

    /**
     * @param string $rest  `https://acme.bitrix24.vn/rest/<user>/<code>/`, or `…/rest/` with an access token
     * @param int[]  $users Bitrix24's user by the extension
     * @param int    $desk  the user of calls that no known extension had
     */
    public function __construct(
        private PDO $db,
        private string $rest,
        private array $users,
        private int $desk,
        private ?string $accessToken = null,
    ) {
        $db->exec('CREATE TABLE IF NOT EXISTS bitrix_calls (call_id VARCHAR(255) PRIMARY KEY, bitrix_id VARCHAR(255))');
    }

    /** Called in the transaction that records the event: what it throws undoes that, and the event comes again. */
    public function take(array $event): void
    {
        $call = $event['data'];
        match ($event['type']) {
            'call-offered' => $this->offered($call, $this->userAt($call['offer']['extension'])),
            'call-offer-ended' => $this->offerEnded($call, $this->userAt($call['offer']['extension'])),
            'call-ended' => $this->ended($call),
            default => null,
        };
    }

    private function offered(array $call, int $user): void
    {
        $id = $this->idOf($call);
        if ($id === null) {
            $this->register($call, $user, true);
        } else {
            $this->call('telephony.externalcall.show', ['CALL_ID' => $id, 'USER_ID' => $user]);
        }
    }

    private function offerEnded(array $call, int $user): void
    {
        $id = $this->idOf($call);
        if ($id !== null && $call['offer']['outcome'] !== 'answered') {
            $this->call('telephony.externalcall.hide', ['CALL_ID' => $id, 'USER_ID' => $user]);
        }
    }

    private function ended(array $call): void
    {
        $last = end($call['extensions']);
        $user = $this->userAt($call['agent']['extension'] ?? ($last === false ? null : $last['extension']));
        // A call that rang at no extension, and each outbound one, is not registered yet.
        $id = $this->idOf($call) ?? $this->register($call, $user, false);
        $this->call('telephony.externalcall.finish', [
            'CALL_ID' => $id,
            'USER_ID' => $user,
            // The bridge gives milliseconds, and null where it does not know.
            'DURATION' => intdiv($call['talkMs'] ?? 0, 1000),
            'STATUS_CODE' => match ($call['outcome']) {
                'answered' => '200',
                'abandoned' => '304',
                'no-answer' => '480',
                default => 'OTHER',
            },
        ]);
        $this->db->prepare('DELETE FROM bitrix_calls WHERE call_id = ?')->execute([$call['callId']]);
    }

    private function register(array $call, int $user, bool $show): string
    {
        $id = $this->call('telephony.externalcall.register', [
            'USER_ID' => $user,
            'PHONE_NUMBER' => $call['customer']['e164'] ?? $call['customer']['raw'] ?? '',
            'TYPE' => $call['direction'] === 'outbound' ? 1 : 2,
            'CALL_START_DATE' => $call['startedAt'],
            'LINE_NUMBER' => $call['hotline']['raw'] ?? '',
            'CRM_CREATE' => 1,
            'SHOW' => $show ? 1 : 0,
            // Registered again after a crash, it is the same call for half an hour.
            'EXTERNAL_CALL_ID' => $call['callId'],
        ])['CALL_ID'];
        $this->db->prepare('INSERT INTO bitrix_calls (call_id, bitrix_id) VALUES (?, ?)')->execute([$call['callId'], $id]);
        return $id;
    }

    private function idOf(array $call): ?string
    {
        $select = $this->db->prepare('SELECT bitrix_id FROM bitrix_calls WHERE call_id = ?');
        $select->execute([$call['callId']]);
        return $select->fetchColumn() ?: null;
    }

    private function userAt(?string $extension): int
    {
        return $this->users[$extension] ?? $this->desk;
    }

    /** @throws RuntimeException when Bitrix24 refuses, or has had too many requests */
    private function call(string $method, array $fields): array
    {
        $auth = $this->accessToken === null ? [] : ['auth' => $this->accessToken];
        $answer = file_get_contents("$this->rest$method.json", false, stream_context_create(['http' => [
            'method' => 'POST',
            'header' => 'Content-Type: application/json',
            'content' => json_encode($fields + $auth),
            'timeout' => 10,
            'ignore_errors' => true,
        ]]));
        $read = is_string($answer) ? json_decode($answer, true) : null;
        if (!isset($read['result'])) {
            $error = $read['error'] ?? 'no answer';
            throw new RuntimeException("$method: $error", in_array($error, self::BUSY, true) ? 502 : 500);
        }
        return (array) $read['result'];
    }
}

// Until it is done: PHP answers 200 to its own fatal errors where it displays them.
http_response_code(500);
try {
    $body = file_get_contents('php://input');
    $event = verified_event($body, request_headers($_SERVER), explode(' ', getenv('PITEL_WEBHOOK_SECRET')));
} catch (RuntimeException | JsonException $refused) {
    http_response_code(400);
    exit($refused->getMessage());
}
$db = new PDO(getenv('PITEL_DATABASE'));
$calls = new Calls($db);
$users = json_decode(getenv('BITRIX_USERS'), true, 512, JSON_THROW_ON_ERROR); // {"107": 12}
$bitrix = new Bitrix24($db, getenv('BITRIX_REST'), $users, (int) getenv('BITRIX_DESK'), getenv('BITRIX_ACCESS_TOKEN') ?: null);
try {
    $first = $calls->take($event, $bitrix->take(...));
    http_response_code(200);
    echo $first ? 'done' : 'repeat';
} catch (RuntimeException $failed) {
    // The bridge sends the event again.
    http_response_code($failed->getCode() === 502 ? 502 : 500);
    echo $failed->getMessage();
}

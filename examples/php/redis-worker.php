<?php
declare(strict_types=1);

/** A worker of a group that reads the bridge's log from Redis (docs/redis-consumers.md). It needs php-redis. */
require __DIR__ . '/calls.php';

const STREAM = 'pitel:{acme}:events'; // the braces are part of the name
const GROUP = 'crm';
const COUNT = 50;

$me = getenv('WORKER') ?: gethostname(); // the same after a restart, another for each worker
$stale = getenv('STALE_MS') === false ? 60_000 : (int) getenv('STALE_MS'); // longer than the work on a batch ever takes
$calls = new Calls(new PDO(getenv('PITEL_DATABASE')));

$redis = new Redis();
$redis->connect(getenv('REDIS_HOST') ?: '127.0.0.1', (int) (getenv('REDIS_PORT') ?: 6379));
if (getenv('REDIS_PASSWORD')) {
    $redis->auth([getenv('REDIS_USER') ?: 'default', getenv('REDIS_PASSWORD')]);
}
// The answer to a read that waits comes after BLOCK at the latest.
$redis->setOption(Redis::OPT_READ_TIMEOUT, 10);

create_group($redis);
while (true) {
    foreach (next_entries($redis, $me, $stale) as $entry => $fields) {
        // No fields: the log was trimmed while the entry waited.
        if ($fields) {
            $event = json_decode($fields['event'], true, 512, JSON_THROW_ON_ERROR);
            $first = $calls->take($event);
            echo "$me ", $first ? 'done' : 'had', " {$event['type']} {$event['subject']}\n";
        }
        $redis->xAck(STREAM, GROUP, [$entry]);
    }
}

/** What a worker that has died left behind comes first. */
function next_entries(Redis $redis, string $me, int $stale): array
{
    $left = $redis->rawCommand('XAUTOCLAIM', STREAM, GROUP, $me, $stale, '0-0', 'COUNT', COUNT);
    $read = $left === false || $left[1] === [] ? $redis->xReadGroup(GROUP, $me, [STREAM => '>'], COUNT, 5_000) : null;
    $error = $redis->getLastError();
    $redis->clearLastError();
    if ($error !== null) {
        if (!preg_match('/NOGROUP|UNBLOCKED/', $error)) {
            throw new RuntimeException($error);
        }
        create_group($redis); // Redis was wiped, and the group with it
        return [];
    }
    if ($read !== null) {
        return $read[STREAM] ?? [];
    }
    $entries = [];
    foreach ($left[1] as [$entry, $fields]) {
        $entries[$entry] = $fields ? [$fields[0] => $fields[1]] : null;
    }
    return $entries;
}

/** '0': from the oldest event that is held; '$' instead: from now on. */
function create_group(Redis $redis): void
{
    $redis->xGroup('CREATE', STREAM, GROUP, '0', true);
    $error = $redis->getLastError();
    $redis->clearLastError();
    if ($error !== null && !str_starts_with($error, 'BUSYGROUP')) {
        throw new RuntimeException($error);
    }
}

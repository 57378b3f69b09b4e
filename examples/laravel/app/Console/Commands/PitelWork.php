<?php

namespace App\Console\Commands;

use App\Pitel\Calls;
use Illuminate\Console\Command;
use Illuminate\Support\Facades\Redis;
use RuntimeException;

/** A worker of a group that reads the bridge's log from Redis (docs/redis-consumers.md). It needs php-redis. */
class PitelWork extends Command
{
    private const GROUP = 'crm';

    private const COUNT = 50;

    protected $signature = 'pitel:work {worker? : the same after a restart, another for each worker} {--stale=60000 : milliseconds, longer than the work on a batch ever takes}';

    protected $description = 'Takes the call events that the bridge writes to Redis';

    public function handle(Calls $calls)
    {
        $me = $this->argument('worker') ?? gethostname();
        $stream = config('pitel.stream');
        $redis = Redis::connection('pitel')->client();
        $this->createGroup($redis, $stream);
        while (true) {
            foreach ($this->nextEntries($redis, $stream, $me) as $entry => $fields) {
                // No fields: the log was trimmed while the entry waited.
                if ($fields) {
                    $event = json_decode($fields['event'], true, 512, JSON_THROW_ON_ERROR);
                    $first = $calls->take($event);
                    $this->line("$me ".($first ? 'done' : 'had')." {$event['type']} {$event['subject']}");
                }
                $redis->xAck($stream, self::GROUP, [$entry]);
            }
        }
    }

    /** What a worker that has died left behind comes first. */
    private function nextEntries($redis, string $stream, string $me): array
    {
        $stale = (int) $this->option('stale');
        $left = $redis->rawCommand('XAUTOCLAIM', $stream, self::GROUP, $me, $stale, '0-0', 'COUNT', self::COUNT);
        $isNothingLeft = $left === false || $left[1] === [];
        $read = $isNothingLeft ? $redis->xReadGroup(self::GROUP, $me, [$stream => '>'], self::COUNT, 5000) : null;
        if ($error = $this->lastError($redis)) {
            throw_unless(preg_match('/NOGROUP|UNBLOCKED/', $error), RuntimeException::class, $error);
            $this->createGroup($redis, $stream); // Redis was wiped, and the group with it

            return [];
        }
        if ($isNothingLeft) {
            return $read[$stream] ?? [];
        }

        return collect($left[1])
            ->mapWithKeys(fn ($entry) => [$entry[0] => $entry[1] ? [$entry[1][0] => $entry[1][1]] : null])
            ->all();
    }

    /** '0': from the oldest event that is held; '$' instead: from now on. */
    private function createGroup($redis, string $stream): void
    {
        $redis->xGroup('CREATE', $stream, self::GROUP, '0', true);
        $error = $this->lastError($redis) ?? '';
        throw_if($error !== '' && ! str_starts_with($error, 'BUSYGROUP'), RuntimeException::class, $error);
    }

    private function lastError($redis): ?string
    {
        $error = $redis->getLastError();
        $redis->clearLastError();

        return $error;
    }
}

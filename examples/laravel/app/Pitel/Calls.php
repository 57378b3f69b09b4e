<?php

namespace App\Pitel;

use Illuminate\Support\Facades\DB;

/** Each event once, and the latest view of each call. */
class Calls
{
    /**
     * Records the event and does the work, in one transaction: a crash in between leaves nothing, and the event comes again.
     *
     * @return bool false: it was here before
     */
    public function take(array $event): bool
    {
        return DB::transaction(function () use ($event) {
            // An id holds what the PBX wrote: any length, and upper and lower case differ.
            $id = hash('sha256', $event['id']);
            if (DB::table('pitel_events')->insertOrIgnore(['id' => $id, 'type' => $event['type']]) === 0) {
                return false;
            }
            // By the beginning of its name, so that a later version's call events count too.
            if (str_starts_with($event['type'], 'call-')) {
                $this->keep($event);
            }
            // Your work: dispatch a job with `afterCommit()`, or write what belongs to the same transaction.

            return true;
        });
    }

    /** @return array<string, string> the state of each call that is alive, by its id */
    public function alive(): array
    {
        return DB::table('pitel_calls')->where('state', '<>', 'ended')->pluck('state', 'call_id')->all();
    }

    /** `data` is the whole view of the call, so an older event has nothing that a newer one lacks. */
    private function keep(array $event): void
    {
        $last = DB::table('pitel_calls')->where('call_id', $event['subject'])->lockForUpdate()->first();
        // Sequences compare within an epoch only.
        if ($last !== null && $last->epoch === $event['epoch'] && $last->sequence >= $event['sequence']) {
            return;
        }
        DB::table('pitel_calls')->updateOrInsert(['call_id' => $event['subject']], [
            'epoch' => $event['epoch'],
            'sequence' => $event['sequence'],
            'state' => $event['data']['state'],
            'view' => json_encode($event['data']),
        ]);
    }
}

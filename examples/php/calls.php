<?php
declare(strict_types=1);

/** The CRM's side: each event once, and the latest view of each call. MySQL, MariaDB, PostgreSQL or SQLite. */
final class Calls
{
    public function __construct(private PDO $db)
    {
        $db->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
        $db->exec('CREATE TABLE IF NOT EXISTS pitel_events (id CHAR(64) PRIMARY KEY, type VARCHAR(64))');
        $db->exec('CREATE TABLE IF NOT EXISTS pitel_calls
            (call_id VARCHAR(255) PRIMARY KEY, epoch VARCHAR(64), sequence CHAR(16), state VARCHAR(16), view TEXT)');
    }

    /**
     * Records the event and does the work, in one transaction: a crash in between leaves nothing, and the event comes again.
     *
     * @return bool false: it was here before
     */
    public function take(array $event, ?callable $work = null): bool
    {
        $this->db->beginTransaction();
        try {
            if (!$this->isNew($event)) {
                $this->db->rollBack();
                return false;
            }
            // By the beginning of its name, so that a later version's call events count too.
            if (str_starts_with($event['type'], 'call-')) {
                $this->keep($event);
            }
            if ($work !== null) {
                $work($event);
            }
            $this->db->commit();
            return true;
        } catch (Throwable $error) {
            $this->db->rollBack();
            throw $error;
        }
    }

    /** @return array<string, string> the state of each call that is alive, by its id */
    public function alive(): array
    {
        $rows = $this->db->query("SELECT call_id, state FROM pitel_calls WHERE state <> 'ended'");
        return $rows->fetchAll(PDO::FETCH_KEY_PAIR);
    }

    private function isNew(array $event): bool
    {
        // An id holds what the PBX wrote: any length, and upper and lower case differ.
        $id = hash('sha256', $event['id']);
        $known = $this->db->prepare('SELECT 1 FROM pitel_events WHERE id = ?');
        $known->execute([$id]);
        if ($known->fetchColumn() !== false) {
            return false;
        }
        // Two at the same time: the second one fails here, is not acknowledged, and finds the event when it comes again.
        $insert = $this->db->prepare('INSERT INTO pitel_events (id, type) VALUES (?, ?)');
        $insert->execute([$id, $event['type']]);
        return true;
    }

    /** `data` is the whole view of the call, so an older event has nothing that a newer one lacks. */
    private function keep(array $event): void
    {
        $select = $this->db->prepare('SELECT epoch, sequence FROM pitel_calls WHERE call_id = ?');
        $select->execute([$event['subject']]);
        $last = $select->fetch(PDO::FETCH_ASSOC);
        // Sequences compare within an epoch only.
        if ($last !== false && $last['epoch'] === $event['epoch'] && $last['sequence'] >= $event['sequence']) {
            return;
        }
        $row = [$event['epoch'], $event['sequence'], $event['data']['state'], json_encode($event['data']), $event['subject']];
        $this->db->prepare($last === false
            ? 'INSERT INTO pitel_calls (epoch, sequence, state, view, call_id) VALUES (?, ?, ?, ?, ?)'
            : 'UPDATE pitel_calls SET epoch = ?, sequence = ?, state = ?, view = ? WHERE call_id = ?')->execute($row);
    }
}

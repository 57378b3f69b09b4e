<?php
declare(strict_types=1);

/** `npm run conformance -- php examples/php/conformance.php`: what both receive.php and redis-worker.php do with an event. */
require __DIR__ . '/calls.php';

$calls = null;
while (($text = fgets(STDIN)) !== false) {
    $line = json_decode($text, true, 512, JSON_THROW_ON_ERROR);
    switch ($line['do']) {
        case 'start':
            $calls = new Calls(new PDO("sqlite:{$line['dir']}/calls.sqlite"));
            say(['say' => 'ready', 'profile' => 'delivery']);
            break;
        case 'deliver':
            if ($calls->take($line['event'])) {
                say(['say' => 'handled', 'id' => $line['event']['id']]);
            }
            say(['say' => 'acknowledged', 'delivery' => $line['delivery']]);
            break;
        case 'report':
            say(['say' => 'state', 'report' => $line['report'], 'calls' => (object) $calls->alive()]);
    }
}

function say(array $line): void
{
    echo json_encode($line), "\n";
}

<?php

/** The adapter of examples/laravel for the conformance kit: what both its route and its command do with an event. */
use App\Pitel\Calls;

$app = require __DIR__.'/bootstrap/app.php';
$app->make(Illuminate\Contracts\Console\Kernel::class)->bootstrap();
$calls = null;
while (($text = fgets(STDIN)) !== false) {
    $line = json_decode($text, true, 512, JSON_THROW_ON_ERROR);
    switch ($line['do']) {
        case 'start':
            $database = "{$line['dir']}/calls.sqlite";
            touch($database);
            config(['database.connections.sqlite.database' => $database]);
            Illuminate\Support\Facades\Artisan::call('migrate', ['--force' => true]);
            $calls = $app->make(Calls::class);
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

<?php

return [
    // `whsec_…`; two, with a space between them, while one replaces the other.
    'webhook_secrets' => explode(' ', env('PITEL_WEBHOOK_SECRET', '')),

    // Where the bridge's log is, if you read it from Redis. A connection of its own: Laravel puts the prefix of
    // `database.redis.options` before every key of the others (`laravel_database_pitel:{acme}:events`), and would wait for
    // ever at a stream that it has just created itself.
    'redis' => [
        'host' => env('PITEL_REDIS_HOST', '127.0.0.1'),
        'port' => env('PITEL_REDIS_PORT', 6379),
        // As a pair: Laravel 8 knows no `username`.
        'password' => env('PITEL_REDIS_USER')
            ? [env('PITEL_REDIS_USER'), env('PITEL_REDIS_PASSWORD')]
            : env('PITEL_REDIS_PASSWORD'),
        'database' => null,
        // Longer than a read waits.
        'read_timeout' => 10,
        'options' => ['prefix' => ''],
    ],
    'stream' => env('PITEL_STREAM', 'pitel:{acme}:events'),
];

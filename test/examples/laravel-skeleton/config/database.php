<?php

return [
    'default' => 'sqlite',
    'connections' => ['sqlite' => ['driver' => 'sqlite', 'database' => env('DB_DATABASE'), 'prefix' => '']],
    'migrations' => 'migrations',
    // As a new application has it.
    'redis' => ['client' => 'phpredis', 'options' => ['cluster' => 'redis', 'prefix' => 'laravel_database_']],
];

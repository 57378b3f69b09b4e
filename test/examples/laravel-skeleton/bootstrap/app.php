<?php

/** A new application of Debian's Laravel, but for what is not needed here; the example's files lie over it. */
require '/usr/share/php/Illuminate/autoload.php';
spl_autoload_register(function (string $class) {
    $file = dirname(__DIR__).'/app/'.strtr(substr($class, strlen('App\\')), '\\', '/').'.php';
    if (str_starts_with($class, 'App\\') && is_file($file)) {
        require $file;
    }
});

$app = new Illuminate\Foundation\Application(dirname(__DIR__));
$app->singleton(Illuminate\Contracts\Http\Kernel::class, App\Http\Kernel::class);
$app->singleton(Illuminate\Contracts\Console\Kernel::class, App\Console\Kernel::class);
$app->singleton(Illuminate\Contracts\Debug\ExceptionHandler::class, Illuminate\Foundation\Exceptions\Handler::class);

return $app;

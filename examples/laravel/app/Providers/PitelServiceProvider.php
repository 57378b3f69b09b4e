<?php

namespace App\Providers;

use Illuminate\Support\ServiceProvider;

/** List it in bootstrap/providers.php, or in config/app.php before Laravel 11. */
class PitelServiceProvider extends ServiceProvider
{
    public function register()
    {
        config(['database.redis.pitel' => config('pitel.redis')]);
    }
}

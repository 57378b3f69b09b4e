<?php

namespace App\Console;

class Kernel extends \Illuminate\Foundation\Console\Kernel
{
    protected function commands()
    {
        $this->load(app_path('Console/Commands'));
    }
}

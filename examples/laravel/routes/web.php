<?php

use App\Http\Controllers\PitelController;
use App\Http\Middleware\VerifyPitelSignature;
use Illuminate\Support\Facades\Route;

// The bridge is no browser: it has no session and no CSRF token, and in the group `web` Laravel would answer 419. The
// signature is what proves who sends.
Route::post('/pitel/webhook', PitelController::class)
    ->withoutMiddleware('web')
    ->middleware(VerifyPitelSignature::class);

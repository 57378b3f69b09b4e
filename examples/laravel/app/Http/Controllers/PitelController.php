<?php

namespace App\Http\Controllers;

use App\Pitel\Calls;
use Illuminate\Http\Request;

class PitelController
{
    /** An error is a 500, and the bridge sends the event again. A repeat is a success: the bridge has only not heard of it. */
    public function __invoke(Request $request, Calls $calls)
    {
        $event = json_decode($request->getContent(), true, 512, JSON_THROW_ON_ERROR);

        return response($calls->take($event) ? 'done' : 'repeat');
    }
}

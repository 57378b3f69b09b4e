<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up()
    {
        Schema::create('pitel_events', function (Blueprint $table) {
            $table->char('id', 64)->primary();
            $table->string('type', 64);
        });
        Schema::create('pitel_calls', function (Blueprint $table) {
            $table->string('call_id')->primary();
            $table->string('epoch', 64);
            $table->char('sequence', 16);
            $table->string('state', 16);
            $table->text('view');
        });
    }

    public function down()
    {
        Schema::dropIfExists('pitel_events');
        Schema::dropIfExists('pitel_calls');
    }
};

/*
 * The protocol by which bridges write one tenant's log and clients resume from it, for Debian's spin.
 *
 * Real: the checks of commit-2.lua and claim-2.lua in their order, the result codes, how a ledger goes on after each, and
 * how a cursor is judged (src/deliver/log/resumption.ts). A script is one atomic step. `touch` is not here: it changes
 * nothing that a commit or a cursor is judged by. Not here either: trimming, and what a replica of the bridge buffers.
 *
 * The world: two servers, each with a copy of the tenant's keys. Any server may be a master, and both may be at once: a
 * fail-over promotes the replica and leaves the old master as it is, until something demotes it. Replication copies
 * everything, at any moment or never, so that a promoted replica may lack any tail. Clients of Redis reach any master at
 * any step. A request or a reply may be lost; a commit may also lie in a socket and be carried out at any later time,
 * anywhere. A bridge may crash at any time. A restart of a server from its file is a fail-over too, to a copy of itself
 * that may be older. Fencing tokens go by a clock that stands still (the worst that `TIME` can do): they are only counted up.
 *
 * Bounds are given by -D: CLAIMS, COMMITS, FAILOVERS, LATE (commits that lie in a socket), CLIENTS. Scenarios: LOSSLESS
 * (fail-overs that lose nothing), RESTORES (an older copy is put in place under a running server, once; clocks go right),
 * FOREIGN (another client of Redis adds to the log), CARELESS (a bridge gives events the wrong number).
 * WITHOUT_<RULE> leaves a rule out: the model must then fail.
 */
#ifndef CLAIMS
#define CLAIMS 3
#endif
#ifndef COMMITS
#define COMMITS 3
#endif
#ifndef FAILOVERS
#define FAILOVERS 2
#endif
#ifndef LATE
#define LATE 1
#endif
#ifndef CLIENTS
#define CLIENTS 1
#endif
#define BRIDGES 2
#define SERVERS 2
#define FOREIGNER 99

/* One entry more than commits: what another client of Redis adds. */
#define LOG (COMMITS + 2)
/* Every claim begins at most one epoch. */
#define EPOCHS (CLAIMS + 2)

/* The tenant's keys on one server. `event`, `label` and the like begin at 1, as sequences do. */
typedef Copy {
  byte fence;              /* 0: the keys do not exist */
  byte version;
  byte epoch;
  byte epochStart;
  byte sequence;           /* of the state */
  byte logged;             /* of the log: the last id ever given */
  byte lineage;            /* of the server on which the epoch began */
  byte commit;             /* id of the last commit; 0: none */
  byte event[LOG];         /* which commit appended it; FOREIGNER: none did */
  byte label[LOG];         /* the epoch that it carries */
  byte ends[EPOCHS];       /* of the epochs that this one continues: the sequence after their last; 0: not continued */
  byte lastWrite;          /* for the assertions: which commit was the last write */
  byte lastClaim           /* and which claim the last one */
}

typedef Server {
  bit isMaster;
  byte lineage             /* its replication id: another one after each promotion */
}

typedef Request {
  byte id;                 /* 0: none */
  byte fence;
  byte version;
  byte epoch;
  byte first;              /* sequence of its event */
  bit hasEvent;
  byte base;               /* for the assertions: the write that it was computed from */
  byte claim               /* and the claim under which */
}

typedef Bridge {
  bit holds;               /* it has claimed */
  bit waits;               /* a commit of its has no answer */
  bit asksNewEpoch;
  byte fence;
  byte version;
  byte epoch;
  byte sequence;
  byte base;
  byte claim;
  Request request
}

typedef Cursor {
  byte epoch;              /* 0: it has none yet */
  byte sequence;
  byte seen[LOG]           /* for the assertions: the events up to the cursor, as the client had them */
}

Copy copy[SERVERS];
Server server[SERVERS];
Bridge bridge[BRIDGES];
/* One more than is used: an array has a size. */
Cursor cursor[CLIENTS + 1];
Request late;
#ifdef RESTORES
Copy older;
byte restores = RESTORES;
byte backups = 1;
#endif
#ifdef FOREIGN
byte foreign = FOREIGN;
#endif
byte lates = LATE;
byte claims, commits, failovers, epochs, lineages = 1;

mtype = { committed, conflict, fenced, moved, lost };
/* Scratch for the scripts, which run one at a time. */
mtype result;
byte i, was;
bit good;

inline copyAll(TO, FROM) {
  TO.fence = FROM.fence; TO.version = FROM.version; TO.epoch = FROM.epoch; TO.epochStart = FROM.epochStart;
  TO.sequence = FROM.sequence; TO.logged = FROM.logged; TO.lineage = FROM.lineage; TO.commit = FROM.commit;
  TO.lastWrite = FROM.lastWrite; TO.lastClaim = FROM.lastClaim;
  i = 0;
  do
  :: i < LOG -> TO.event[i] = FROM.event[i]; TO.label[i] = FROM.label[i]; i++
  :: else -> break
  od;
  i = 0;
  do
  :: i < EPOCHS -> TO.ends[i] = FROM.ends[i]; i++
  :: else -> break
  od;
  i = 0
}

inline forgetContinued(COPY) {
  i = 0;
  do
  :: i < EPOCHS -> COPY.ends[i] = 0; i++
  :: else -> break
  od;
  i = 0
}

/* claim-2.lua. FORCED: the caller wants an epoch that continues none. */
inline claimScript(COPY, SERVER, FORCED) {
  claims++;
  COPY.lastClaim = claims;
#ifdef RESTORES
  COPY.fence = claims;
#else
  COPY.fence = COPY.fence + 1;
#endif
  if
#ifdef WITHOUT_CLAIM_LINEAGE
  :: COPY.epoch != 0 && !FORCED -> COPY.lineage = SERVER.lineage
  :: else ->
#else
  :: COPY.epoch != 0 && !FORCED && COPY.lineage == SERVER.lineage -> skip
  :: else ->
#endif
    epochs++;
#ifdef WITHOUT_UNIQUE_NAMES
    was = COPY.epoch + 1;
#else
    was = epochs;
#endif
    if
#ifndef WITHOUT_CONTINUING
    :: COPY.epoch != 0 && !FORCED && COPY.logged == COPY.sequence -> COPY.ends[COPY.epoch] = COPY.sequence + 1
#endif
    :: else ->
      forgetContinued(COPY);
      if
      :: COPY.logged > COPY.sequence -> COPY.sequence = COPY.logged
      :: else
      fi;
      COPY.epochStart = COPY.sequence + 1
    fi;
    COPY.epoch = was;
    COPY.lineage = SERVER.lineage;
    COPY.commit = 0;
    was = 0
  fi
}

inline write(COPY, REQUEST) {
  /* A commit is made on the very state that it was computed from, under the newest claim that the copy holds. */
  assert(COPY.lastWrite == REQUEST.base && COPY.lastClaim == REQUEST.claim);
  if
  :: REQUEST.hasEvent && REQUEST.first > COPY.logged ->
    /* No sequence is left out, and no commit is appended twice. */
    assert(REQUEST.first == COPY.logged + 1);
    i = 1;
    do
    :: i <= COPY.logged -> assert(COPY.event[i] != REQUEST.id); i++
    :: else -> break
    od;
    i = 0;
    COPY.event[REQUEST.first] = REQUEST.id; COPY.label[REQUEST.first] = REQUEST.epoch;
    COPY.logged = REQUEST.first
  :: else
  fi;
  if
  :: REQUEST.hasEvent -> COPY.sequence = REQUEST.first
  :: else
  fi;
  /* What the state says was announced is in the log. */
  assert(!REQUEST.hasEvent || COPY.event[REQUEST.first] == REQUEST.id);
  COPY.version = COPY.version + 1; COPY.commit = REQUEST.id; COPY.lastWrite = REQUEST.id;
  result = committed
}

/* commit-2.lua: the checks in their order. */
inline commitScript(COPY, SERVER, REQUEST) {
  if
#ifndef WITHOUT_SAME_COMMIT
  :: COPY.commit == REQUEST.id -> result = committed
  :: else ->
#else
  :: true ->
#endif
    if
#ifndef WITHOUT_FENCE_AHEAD
    :: COPY.fence > REQUEST.fence -> result = fenced
#endif
    :: else ->
      if
#ifndef WITHOUT_LINEAGE
      :: COPY.fence > 0 && COPY.lineage != SERVER.lineage -> result = moved
#endif
      :: else ->
        if
#ifndef WITHOUT_FENCE_BEHIND
        :: COPY.fence < REQUEST.fence -> result = lost
#endif
#ifndef WITHOUT_EPOCH
        :: COPY.epoch != REQUEST.epoch -> result = lost
#endif
#ifndef WITHOUT_VERSION_BEHIND
        :: COPY.version < REQUEST.version -> result = lost
#endif
        :: else ->
          if
#ifndef WITHOUT_VERSION_AHEAD
          :: COPY.version > REQUEST.version -> result = conflict
#endif
#ifndef WITHOUT_SEQUENCE
          :: REQUEST.hasEvent && REQUEST.first != COPY.sequence + 1 -> result = conflict
#endif
#ifndef WITHOUT_APPEND
          :: REQUEST.hasEvent && REQUEST.first <= COPY.logged -> result = lost
#endif
          :: else -> write(COPY, REQUEST)
          fi
        fi
      fi
    fi
  fi;
  /* A commit that was the last write, and whose owner was not replaced, is answered as the first time. */
  assert(!(COPY.lastWrite == REQUEST.id && COPY.lastClaim == REQUEST.claim) || result == committed)
}

inline forgetRequest(REQUEST) {
  REQUEST.id = 0; REQUEST.fence = 0; REQUEST.version = 0; REQUEST.epoch = 0; REQUEST.first = 0;
  REQUEST.hasEvent = 0; REQUEST.base = 0; REQUEST.claim = 0
}

inline copyRequest(TO, FROM) {
  TO.id = FROM.id; TO.fence = FROM.fence; TO.version = FROM.version; TO.epoch = FROM.epoch; TO.first = FROM.first;
  TO.hasEvent = FROM.hasEvent; TO.base = FROM.base; TO.claim = FROM.claim
}

/* The claim is over, and what was known of the tenant is dropped. */
inline drop(BRIDGE, FORCED) {
  BRIDGE.holds = 0; BRIDGE.waits = 0; BRIDGE.fence = 0; BRIDGE.version = 0; BRIDGE.epoch = 0; BRIDGE.sequence = 0;
  BRIDGE.base = 0; BRIDGE.claim = 0;
  BRIDGE.asksNewEpoch = FORCED;
  forgetRequest(BRIDGE.request)
}

inline claimed(WHO) {
  claimScript(copy[at], server[at], bridge[WHO].asksNewEpoch);
  bridge[WHO].holds = 1; bridge[WHO].waits = 0; bridge[WHO].asksNewEpoch = 0;
  bridge[WHO].fence = copy[at].fence; bridge[WHO].version = copy[at].version; bridge[WHO].epoch = copy[at].epoch;
  bridge[WHO].sequence = copy[at].sequence; bridge[WHO].base = copy[at].lastWrite; bridge[WHO].claim = copy[at].lastClaim;
  at = 0
}

inline send(WHO, EVENT, SLIP) {
  commits++;
  bridge[WHO].waits = 1;
  bridge[WHO].request.id = commits;
  bridge[WHO].request.fence = bridge[WHO].fence; bridge[WHO].request.version = bridge[WHO].version;
  bridge[WHO].request.epoch = bridge[WHO].epoch; bridge[WHO].request.hasEvent = EVENT;
  bridge[WHO].request.first = (EVENT -> bridge[WHO].sequence + 1 + SLIP : 0);
  bridge[WHO].request.base = bridge[WHO].base; bridge[WHO].request.claim = bridge[WHO].claim
}

inline answered(WHO) {
  if
  :: result == committed ->
    bridge[WHO].version = copy[at].version; bridge[WHO].sequence = copy[at].sequence;
    bridge[WHO].base = bridge[WHO].request.id; bridge[WHO].waits = 0;
    forgetRequest(bridge[WHO].request)
  :: result == lost -> drop(bridge[WHO], 1)
  :: else -> drop(bridge[WHO], 0)
  fi;
  result = 0; at = 0
}

proctype Ledger(byte me) {
  byte at;
end:
  do
  /* The request or the reply is lost, or the claim is answered. */
  :: d_step { claims < CLAIMS && !bridge[me].holds && server[0].isMaster -> at = 0;
       claimScript(copy[at], server[at], bridge[me].asksNewEpoch); at = 0 }
  :: d_step { claims < CLAIMS && !bridge[me].holds && server[1].isMaster -> at = 1;
       claimScript(copy[at], server[at], bridge[me].asksNewEpoch); at = 0 }
  :: d_step { claims < CLAIMS && !bridge[me].holds && server[0].isMaster -> at = 0; claimed(me) }
  :: d_step { claims < CLAIMS && !bridge[me].holds && server[1].isMaster -> at = 1; claimed(me) }
  :: d_step { commits < COMMITS && bridge[me].holds && !bridge[me].waits -> send(me, 1, 0) }
#ifdef QUIET
  :: d_step { commits < COMMITS && bridge[me].holds && !bridge[me].waits -> send(me, 0, 0) }
#endif
#ifdef CARELESS
  :: d_step { commits < COMMITS && bridge[me].holds && !bridge[me].waits -> send(me, 1, 1) }
#endif
  /* Carried out, and answered or not; without an answer it is repeated, anywhere. */
  :: d_step { bridge[me].waits && server[0].isMaster -> at = 0;
       commitScript(copy[at], server[at], bridge[me].request); answered(me) }
  :: d_step { bridge[me].waits && server[1].isMaster -> at = 1;
       commitScript(copy[at], server[at], bridge[me].request); answered(me) }
  :: d_step { bridge[me].waits && server[0].isMaster -> at = 0;
       commitScript(copy[at], server[at], bridge[me].request); result = 0; at = 0 }
  :: d_step { bridge[me].waits && server[1].isMaster -> at = 1;
       commitScript(copy[at], server[at], bridge[me].request); result = 0; at = 0 }
  /* A copy of the request stays in a socket. */
  :: d_step { bridge[me].waits && lates > 0 && late.id == 0 -> lates--; copyRequest(late, bridge[me].request) }
  /* A crash; or what the bridge knows is dropped for another reason. */
  :: d_step { bridge[me].holds || bridge[me].asksNewEpoch -> drop(bridge[me], 0) }
  od
}

inline promote(WHICH) {
  failovers++; lineages++;
  server[WHICH].isMaster = 1; server[WHICH].lineage = lineages
}

/* Sockets, replication, sentinels, and people. */
proctype Redis() {
end:
  do
  :: d_step { late.id != 0 && server[0].isMaster -> commitScript(copy[0], server[0], late); result = 0;
       forgetRequest(late) }
  :: d_step { late.id != 0 && server[1].isMaster -> commitScript(copy[1], server[1], late); result = 0;
       forgetRequest(late) }
  :: d_step { late.id != 0 -> forgetRequest(late) }
#ifdef LOSSLESS
  /* All is copied, the old master is gone, the replica is promoted. */
  :: d_step { failovers < FAILOVERS && server[0].isMaster ->
       copyAll(copy[1], copy[0]); server[0].isMaster = 0; promote(1) }
  :: d_step { failovers < FAILOVERS && server[1].isMaster ->
       copyAll(copy[0], copy[1]); server[1].isMaster = 0; promote(0) }
#else
  :: d_step { !server[0].isMaster && server[1].isMaster -> copyAll(copy[0], copy[1]) }
  :: d_step { !server[1].isMaster && server[0].isMaster -> copyAll(copy[1], copy[0]) }
  :: d_step { failovers < FAILOVERS && !server[0].isMaster -> promote(0) }
  :: d_step { failovers < FAILOVERS && !server[1].isMaster -> promote(1) }
  :: d_step { server[0].isMaster && server[1].isMaster -> server[0].isMaster = 0; server[0].lineage = 0 }
  :: d_step { server[0].isMaster && server[1].isMaster -> server[1].isMaster = 0; server[1].lineage = 0 }
#endif
#ifdef RESTORES
  :: d_step { backups > 0 -> backups--; copyAll(older, copy[0]) }
  :: d_step { backups == 0 && restores > 0 -> restores--; copyAll(copy[0], older) }
#endif
#ifdef FOREIGN
  :: d_step { foreign > 0 && copy[0].logged < LOG - 1 -> foreign--; copy[0].logged = copy[0].logged + 1;
       copy[0].event[copy[0].logged] = FOREIGNER }
#endif
  od
}

/* How a cursor is judged: whether the log still is the one that it comes from, up to it. */
inline judge(COPY, CURSOR) {
  good = 0;
  if
  :: CURSOR.sequence + 1 < COPY.epochStart || CURSOR.sequence > COPY.sequence -> skip
  :: else ->
    if
    :: CURSOR.epoch == COPY.epoch -> good = 1
#ifdef WITHOUT_END
    :: CURSOR.epoch != COPY.epoch && CURSOR.epoch != 0 -> good = (COPY.ends[CURSOR.epoch] > 0)
#else
    :: CURSOR.epoch != COPY.epoch && CURSOR.epoch != 0 -> good = (COPY.ends[CURSOR.epoch] > CURSOR.sequence)
#endif
    :: else
    fi
  fi
}

/* MOVES: takes the next event; else it asks for a page, whose cursor has the log's epoch wherever it is. */
inline resume(COPY, CURSOR, MOVES) {
  judge(COPY, CURSOR);
  if
  :: good ->
    /* Every event before the cursor is the one that this client had. */
    i = 1;
    do
    :: i <= CURSOR.sequence -> assert(CURSOR.seen[i] == COPY.event[i]); i++
    :: else -> break
    od;
    i = 0;
    if
    :: !MOVES -> CURSOR.epoch = COPY.epoch
    :: MOVES && CURSOR.sequence < COPY.sequence && COPY.event[CURSOR.sequence + 1] == FOREIGNER ->
      CURSOR.sequence++; CURSOR.seen[CURSOR.sequence] = FOREIGNER
    :: MOVES && CURSOR.sequence < COPY.sequence && COPY.event[CURSOR.sequence + 1] != FOREIGNER ->
      CURSOR.sequence++; CURSOR.seen[CURSOR.sequence] = COPY.event[CURSOR.sequence];
      CURSOR.epoch = COPY.label[CURSOR.sequence];
      /* A cursor is good on the copy that gave it. */
      judge(COPY, CURSOR);
      assert(good)
    :: else
    fi
  :: else ->
#ifdef LOSSLESS
    /* Nothing was lost: only the first connection has no cursor. */
    assert(CURSOR.epoch == 0);
#endif
    CURSOR.epoch = COPY.epoch; CURSOR.sequence = COPY.sequence;
    i = 1;
    do
    :: i < LOG -> CURSOR.seen[i] = (i <= COPY.sequence -> COPY.event[i] : 0); i++
    :: else -> break
    od;
    i = 0
  fi;
  good = 0
}

proctype Client(byte me) {
end:
  do
  :: d_step { server[0].isMaster && copy[0].epoch != 0 -> resume(copy[0], cursor[me], 1) }
  :: d_step { server[0].isMaster && copy[0].epoch != 0 && cursor[me].epoch != 0 -> resume(copy[0], cursor[me], 0) }
  :: d_step { server[1].isMaster && copy[1].epoch != 0 -> resume(copy[1], cursor[me], 1) }
  :: d_step { server[1].isMaster && copy[1].epoch != 0 && cursor[me].epoch != 0 -> resume(copy[1], cursor[me], 0) }
  od
}

init {
  atomic {
    server[0].isMaster = 1; server[0].lineage = 1;
    i = 0;
    do
    :: i < BRIDGES -> run Ledger(i); i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < CLIENTS -> run Client(i); i++
    :: else -> break
    od;
    i = 0;
    run Redis()
  }
}

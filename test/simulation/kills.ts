import { type History, Playback } from "./play.ts";
import { ProcessWorker } from "./process.ts";
import { RealTime } from "./real-time.ts";
import { runAt } from "./scenarios.ts";
import type { RunEntry, Script } from "./script.ts";
import { Services, START } from "./services.ts";
import type { Surroundings, Worker } from "./worker.ts";

/*
 * The simulation with real processes: the deployed bundle against the HTTP emulators, killed with SIGKILL. Scripts,
 * emulated state, chronicle, promises and the end in which the world must be at rest are the simulation's own; only
 * who carries out a run, and how time passes, differ. A process is told a clock that is ahead of this machine's
 * (shifted-clock.ts), so that hours pass between two runs and the bundle is left as it is.
 *
 * How far a seed repeats itself: who runs when, and at which request it is killed, always. In which order requests
 * arrive that are under way at once, and what has been reached some milliseconds after the first request, is up to
 * the machine; the trace says what happened.
 */

/** What came of a script that was played with processes. */
export interface KillHistory extends History {
  readonly started: number;
  readonly killed: number;
}

/** Plays a script with the bundle in `folder`, each run as a process of its own. Takes a fifth of a second for each. */
export async function playForReal(script: Script, folder: string): Promise<KillHistory> {
  const playback = new ProcessPlayback(script, folder, new RealTime(START));
  await playback.play();
  const started = playback.hired.length;
  return { ...playback.history(), started, killed: playback.hired.filter(({ isDead }) => isDead).length };
}

class ProcessPlayback extends Playback {
  readonly hired: ProcessWorker[] = [];
  readonly #folder: string;
  readonly #time: RealTime;

  constructor(script: Script, folder: string, time: RealTime) {
    super(script, true, new Services(script.setting, time));
    this.#folder = folder;
    this.#time = time;
  }

  override async play(): Promise<void> {
    await super.play();
    if (!this.isOver) await this.#runTwice();
    for (const { log, entry } of this.hired)
      if (log.join("").includes("eyJ"))
        this.chronicle.broken("secrecy", `a token string in what the process of ${entry.id} wrote`);
  }

  protected override hire(entry: RunEntry, surroundings: Surroundings): Worker {
    const worker = new ProcessWorker(this.services, entry, surroundings, {
      folder: this.#folder,
      time: this.#time,
    });
    this.hired.push(worker);
    return worker;
  }

  /** Whatever is due in time, right after a healthy run nothing is left to do. */
  async #runTwice(): Promise<void> {
    await this.#runAlone("i1");
    const { writes } = await this.#runAlone("i2");
    if (writes > 0) this.chronicle.broken("rest", "a run right after a healthy one did something");
  }

  async #runAlone(id: string): Promise<Worker> {
    const worker = this.begin(runAt(id, this.#time.ms - START.getTime()));
    await this.#time.drain();
    return worker;
  }
}

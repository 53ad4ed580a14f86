import { type History, Playback } from "./play.ts";
import { ProcessWorker } from "./process.ts";
import { RealTime } from "./real-time.ts";
import { runAt } from "./scenarios.ts";
import type { RunEntry, Script } from "./script.ts";
import { Services, START } from "./services.ts";
import type { Surroundings, Worker } from "./worker.ts";

/*
 * The simulation with real processes: the deployed bundle runs against the HTTP emulators and is killed with SIGKILL.
 * Scripts, emulated state, chronicle, promises and the final check that the world is at rest are shared with the
 * simulation. Only the execution of runs and the passing of time differ. Each process sees a clock that is ahead of
 * this machine's (shifted-clock.ts), so that hours can pass between two runs without changes to the bundle.
 *
 * A seed always repeats which runs happen when, and at which request each is killed. The machine decides in which order
 * concurrent requests arrive, and what has been reached some milliseconds after the first request. The trace shows what
 * happened.
 */

/** The result of playing a script with processes. */
export interface KillHistory extends History {
  readonly started: number;
  readonly killed: number;
}

/** Plays a script with the bundle in `folder`. Each run is a process of its own and takes a fifth of a second. */
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

  /** Right after a healthy run, a second run must have nothing to do, whatever is due at that time. */
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

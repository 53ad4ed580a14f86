import type { Applications } from "../../emulators/losant/store.ts";
import type { UserToken } from "../../emulators/losant/users.ts";
import type { DirectoryFlawEntry, DirectoryOutageEntry, EntrySetting } from "./discovery-script.ts";
import { applicationId } from "./places.ts";
import type { Setting } from "./script.ts";

/** With these, no row says which application it is. */
const UNLISTED: ReadonlySet<DirectoryFlawEntry["how"]> = new Set(["hidden", "unreadable", "nameless"]);

type Absolute<Entry extends { readonly toMs: number }> = Omit<Entry, "toMs"> & { toMs: number };

/** What one entry of `discover` is about, and what its user sees, at one moment. */
interface Sight {
  /** The entries whose organizations, names and ids it fits. */
  readonly fits: readonly boolean[];
  /** The role of each entry's access token. */
  readonly roles: readonly ("none" | "view" | "enough")[];
  /** The id of that access token, if there is a live one. */
  readonly logins: readonly (string | undefined)[];
}

/** An application at one moment, apart from faults of lists. */
interface State extends Sight {
  readonly sinceMs: number;
  /** The entry whose access token is used: the first one that fits and that has it in its list. */
  readonly finder: number;
  /** The entry whose policy applies: the first one that fits, or else the one that last did. */
  readonly decider: number;
}

/**
 * Who really sees which application, and what the configuration says about it, whatever a list says. The simulation's own reading
 * of the rules.
 */
export class Reach {
  readonly flaws: Absolute<DirectoryFlawEntry>[] = [];
  readonly outages: Absolute<DirectoryOutageEntry>[] = [];
  readonly #setting: Setting;
  readonly #applications: Applications;
  /** The access token that an entry has at home. */
  readonly #stringOf: (entry: number) => string | undefined;
  readonly #states: State[][];
  #notedMs = 0;
  /** When the next access token expires that is used now. */
  #expiresMs = Number.POSITIVE_INFINITY;
  /** What the access tokens allow. */
  #rights = "";

  constructor(setting: Setting, applications: Applications, stringOf: (entry: number) => string | undefined) {
    this.#setting = setting;
    this.#applications = applications;
    this.#stringOf = stringOf;
    this.#states = setting.applications.map(() => []);
  }

  get entries(): readonly EntrySetting[] {
    return this.#setting.discovery?.entries ?? [];
  }

  /** The entry whose user and access token an entry uses. */
  holderOf(entry: number): number {
    return this.entries[entry]?.isShared ? 0 : entry;
  }

  get nowMs(): number {
    return this.#applications.now().getTime();
  }

  /** Call this right after anything has changed. */
  note(sinceMs = this.nowMs): void {
    const tokens = this.#accessTokens();
    this.#notedMs = sinceMs;
    this.#rights = rightsOf(tokens);
    this.#expiresMs = Math.min(
      ...tokens.map((token) => token?.expirationDate?.getTime() ?? Number.POSITIVE_INFINITY),
    );
    for (const [application, states] of this.#states.entries()) {
      if (this.#setting.applications[application]?.found === undefined) continue;
      const sight = this.#sight(application);
      const { fits, roles } = sight;
      const finder = fits.findIndex((fit, entry) => fit && roles[entry] !== "none");
      const first = fits.indexOf(true);
      const last = states.at(-1);
      const decider =
        first < 0 ? (last?.decider ?? 0) : this.#isSandbox(application) ? Math.max(finder, 0) : first;
      states.push({ sinceMs, ...sight, finder, decider });
    }
  }

  /** Call this right after a worker may have renewed an access token. */
  noteAccess(): void {
    if (rightsOf(this.#accessTokens()) !== this.#rights) this.note();
  }

  #accessTokens(): readonly (UserToken | undefined)[] {
    const { users, now } = this.#applications;
    return this.entries.map((_, entry) => users.identify(this.#stringOf(entry) ?? "", now())?.token);
  }

  #statesOf(application: number): readonly State[] {
    this.#noteExpiry();
    return this.#states[application] ?? [];
  }

  /** Nobody notes that an access token expires. */
  #noteExpiry(): void {
    if (this.nowMs >= this.#expiresMs) this.note(this.#expiresMs);
  }

  /** The first entry that finds it, or the first of all entries. */
  finderOf(application: number): number {
    return Math.max(0, this.#statesOf(application).at(-1)?.finder ?? 0);
  }

  deciderOf(application: number): number {
    return this.#statesOf(application).at(-1)?.decider ?? 0;
  }

  /** Entries whose list has it now, and that are about it. Those whose list fails are left out. */
  findersOf(application: number): readonly number[] {
    const entries = [...this.entries.keys()];
    return entries.filter(
      (entry) => this.isFoundBy(entry, application) && this.outageOf(entry) === undefined,
    );
  }

  /** The list of an entry has it, and the entry is about it. */
  isFoundBy(entry: number, application: number): boolean {
    const { fits = [] } = this.#statesOf(application).at(-1) ?? {};
    return fits[entry] === true && this.isVisible(entry, application) && this.#isReadable(application);
  }

  isAbout(entry: number, application: number): boolean {
    return this.#statesOf(application).at(-1)?.fits[entry] === true;
  }

  isLoggedIn(entry: number): boolean {
    const string = this.#stringOf(entry) ?? "";
    return this.#applications.users.identify(string, this.#applications.now()) !== undefined;
  }

  isVisible(entry: number, application: number): boolean {
    return (this.#statesOf(application).at(-1)?.roles[entry] ?? "none") !== "none";
  }

  /** The entry's access token may list the application's tokens. */
  isAllowed(entry: number, application: number): boolean {
    return this.#statesOf(application).at(-1)?.roles[entry] === "enough";
  }

  outageOf(index: number): DirectoryOutageEntry["how"] | undefined {
    const now = this.nowMs;
    const entry = this.holderOf(index);
    return this.outages.find((out) => out.entry === entry && out.fromMs <= now && now < out.toMs)?.how;
  }

  #isReadable(application: number): boolean {
    const flaw = this.flawOf(application);
    return flaw === undefined || !UNLISTED.has(flaw);
  }

  flawOf(application: number): DirectoryFlawEntry["how"] | undefined {
    const now = this.nowMs;
    return this.flaws.find(
      (flaw) => flaw.application === application && flaw.fromMs <= now && now < flaw.toMs,
    )?.how;
  }

  /** What Losant answers about it with the access token of its first finder. */
  refusalOf(application: number): "losant-forbidden" | "application-not-found" | undefined {
    const flaw = this.flawOf(application);
    if (flaw === "denied") return "losant-forbidden";
    if (flaw === "not-found") return "application-not-found";
    const [finder] = this.findersOf(application);
    if (finder === undefined) return undefined;
    return this.#statesOf(application).at(-1)?.roles[finder] === "view" ? "losant-forbidden" : undefined;
  }

  /** Nothing that concerns any list has changed since then. */
  isSteady(fromMs: number): boolean {
    const now = this.nowMs;
    this.#noteExpiry();
    const isIn = (ms: number) => fromMs <= ms && ms <= now;
    return (
      !isIn(this.#notedMs) &&
      ![...this.flaws, ...this.outages].some((one) => isIn(one.fromMs) || isIn(one.toMs))
    );
  }

  /**
   * At every moment since then, some entry's user could see it. Not if a list left it out, and its count didn't show that a row was
   * missing.
   */
  isVisibleSince(application: number, sinceMs: number): boolean {
    const isLow = this.#setting.discovery?.count === "low";
    const wasUnlisted = this.flaws.some(
      ({ how, ...flaw }) =>
        flaw.application === application &&
        UNLISTED.has(how) &&
        flaw.fromMs <= this.nowMs &&
        flaw.toMs >= sinceMs,
    );
    if (isLow && wasUnlisted) return false;
    return this.#statesIn(application, sinceMs, this.nowMs).every(({ roles }) =>
      roles.some((role) => role !== "none"),
    );
  }

  /** At some moment in this time, it couldn't be worked on, or another entry began to decide about it. */
  wasOut(application: number, fromMs: number, toMs = this.nowMs): boolean {
    const some = this.#statesIn(application, fromMs, toMs);
    const isIn = (one: { readonly fromMs: number; readonly toMs: number }) =>
      one.fromMs <= toMs && one.toMs >= fromMs;
    return (
      some.some(({ finder, roles, decider }) => roles[finder] !== "enough" || decider !== some[0]?.decider) ||
      this.flaws.some((flaw) => flaw.application === application && isIn(flaw)) ||
      this.outages.some((out) => isIn(out) && some.some(({ finder }) => this.holderOf(finder) === out.entry))
    );
  }

  /** Entries that find it, and whose access token changed since then: a run may read each version when it is the wrong one. */
  replacedFindersOf(application: number, sinceMs: number): readonly number[] {
    const states = this.#statesIn(application, sinceMs, this.nowMs);
    const isReplaced = (entry: number) => new Set(states.map(({ logins }) => logins[entry])).size > 1;
    return states.map(({ finder }) => finder).filter(isReplaced);
  }

  /** Somebody deleted an application since then. */
  wasDeleted(sinceMs: number): boolean {
    return [...this.#states.keys()].some((application) => {
      const [before] = this.#statesIn(application, sinceMs, this.nowMs);
      const wasThere = before?.roles.some((role) => role !== "none") ?? false;
      return wasThere && this.#applications.find(applicationId(application)) === undefined;
    });
  }

  wasRedecided(application: number, sinceMs: number): boolean {
    const deciders = this.#statesIn(application, sinceMs, this.nowMs).map(({ decider }) => decider);
    return new Set(deciders).size > 1;
  }

  /** It could be found at some moment since then. */
  couldBeFound(application: number, sinceMs: number): boolean {
    const isHidden = this.flaws.some(
      ({ how, ...flaw }) =>
        flaw.application === application &&
        UNLISTED.has(how) &&
        flaw.fromMs <= sinceMs &&
        this.nowMs < flaw.toMs,
    );
    return !isHidden && this.#statesIn(application, sinceMs, this.nowMs).some(({ finder }) => finder >= 0);
  }

  /** At some moment in this time, the whole list of an entry failed. */
  wasUnlisted(entry: number, fromMs: number, toMs: number): boolean {
    return this.outages.some((out) => out.entry === entry && out.fromMs <= toMs && out.toMs >= fromMs);
  }

  /** Since then, Losant throttled the list of an entry at every request. */
  wasThrottled(sinceMs: number): boolean {
    return this.outages.some(
      ({ how, fromMs, toMs }) => how === "throttled" && fromMs <= this.nowMs && sinceMs < toMs,
    );
  }

  #statesIn(application: number, fromMs: number, toMs: number): readonly State[] {
    const states = this.#statesOf(application);
    return states.filter(({ sinceMs }, index) => {
      const untilMs = states[index + 1]?.sinceMs ?? Number.POSITIVE_INFINITY;
      return sinceMs <= toMs && untilMs >= fromMs;
    });
  }

  #isSandbox(application: number): boolean {
    const stored = this.#applications.find(applicationId(application));
    return stored !== undefined && this.#applications.users.organization(stored.ownerId) === undefined;
  }

  #sight(application: number): Sight {
    const { users, now } = this.#applications;
    const stored = this.#applications.find(applicationId(application));
    const organization = stored && users.organization(stored.ownerId);
    const fits = this.entries.map(({ organizations, include = ["*"], exclude = [] }) => {
      if (stored === undefined) return false;
      const isIn =
        organization === undefined
          ? organizations.includes("sandbox")
          : organizations.some((text) => text !== "sandbox" && fitsText(text, organization));
      const isMeant = (texts: readonly string[]) => texts.some((text) => fitsText(text, stored));
      return isIn && isMeant(include) && !isMeant(exclude);
    });
    const callers = this.entries.map((_, entry) => users.identify(this.#stringOf(entry) ?? "", now()));
    const roles = callers.map((caller) => {
      const role = stored === undefined || caller === undefined ? "none" : users.roleOn(stored, caller);
      return role === "none" || role === "view" ? role : "enough";
    });
    return { fits, roles, logins: callers.map((caller) => caller?.token.id) };
  }
}

function rightsOf(tokens: readonly (UserToken | undefined)[]): string {
  return JSON.stringify(tokens.map((token) => token?.cap ?? "none"));
}

function fitsText(text: string, { id, name }: { readonly id: string; readonly name: string }): boolean {
  if (text === id) return true;
  const [start = "", end] = text.split("*");
  return end === undefined ? name === text : name.startsWith(start) && name.endsWith(end);
}

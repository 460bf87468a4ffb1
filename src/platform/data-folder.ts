import { join } from 'node:path'

/** Where everything lies in an authority's data folder (`docs/operate.md`). */
export interface DataPaths {
  readonly folder: string
  readonly database: string
  readonly keys: string
  /** Changes that wait for signatures of keys elsewhere. */
  readonly drafts: string
  /** The first root, which agents start from. */
  readonly root: string
  readonly published: string
  readonly staging: string
  readonly work: string
  readonly exports: string
  /** Zones ready for the wire; the program that serves makes the folder and keeps it private. */
  readonly zones: string
  /** The top sites that guards compare with, made from the operator's file. */
  readonly popular: string
  /** What people have uploaded to import it, for an hour; private. */
  readonly uploads: string
  /** What was sent to whom over the DNS. */
  readonly secondaries: string
  /** What subscribers have fetched over HTTP. */
  readonly pulls: string
  /** How people sign in, and under which address; there when somebody wrote it. */
  readonly console: string
  /** Under which cookies are signed and second factors sealed. */
  readonly signInKey: string
  /** There only from the beginning of `init` to its end: the number of its process. */
  readonly begun: string
}

export function dataPaths(folder: string): DataPaths {
  return {
    folder,
    database: join(folder, 'bailiwick.db'),
    keys: join(folder, 'keys'),
    drafts: join(folder, 'drafts'),
    root: join(folder, 'root.json'),
    published: join(folder, 'published'),
    staging: join(folder, 'staging'),
    work: join(folder, 'work'),
    exports: join(folder, 'exports'),
    zones: join(folder, 'zones'),
    popular: join(folder, 'popular.bin'),
    uploads: join(folder, 'uploads'),
    secondaries: join(folder, 'secondaries.jsonl'),
    pulls: join(folder, 'pulls.json'),
    console: join(folder, 'console.json'),
    signInKey: join(folder, 'sign-in.key'),
    begun: join(folder, '.init-begun'),
  }
}

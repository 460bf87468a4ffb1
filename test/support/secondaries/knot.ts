import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab, Running } from './lab.ts'
import { tell, untilReady, type Secondary, type Told } from './secondary.ts'

export interface KnotSetup {
  readonly port: number
  /** Keys, remotes, acls, zones; whatever is kept lies in the program's own folder. */
  readonly clauses: string
}

export interface Knot extends Secondary {
  readonly control: (...args: readonly string[]) => Promise<Told>
}

/** Knot DNS as a tier: a secondary that is itself a primary. */
export async function startKnot(lab: Lab, { port, clauses }: KnotSetup): Promise<Knot> {
  const folder = lab.folder(`knot-${port}`)
  const conf = join(folder, 'knot.conf')
  writeFileSync(
    conf,
    `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${folder}"
    journal-db-max-size: 50M
template:
  - id: default
    storage: "${folder}"
log:
  - target: stderr
    any: info
${inFolder(clauses, folder)}
`,
  )
  const control = (...args: readonly string[]): Promise<Told> => {
    return tell('knotc', ['-s', join(folder, 'knot.sock'), ...args])
  }
  let running: Running | null = null
  const knot: Knot = {
    program: 'knotd',
    port,
    control,
    start: async () => {
      running = lab.start('knotd', ['-c', conf], folder)
      await untilReady(running, async () => (await control('status')).code === 0)
    },
    stop: async (signal) => running?.stop(signal),
    log: () => running?.log() ?? '',
    serialOf: async (zone) => {
      const serial = /serial: (\d+)/.exec(
        (await control('zone-status', zone, '+serial')).stdout,
      )?.[1]
      return serial === undefined ? null : Number(serial)
    },
    zoneText: async (zone) => {
      const { stdout } = await control('zone-read', zone)
      // Each line begins with the zone's name in brackets.
      return stdout.replaceAll(/^\[\S+\] /gm, '')
    },
  }
  await knot.start()
  return knot
}

/** Zones of a template other than the default one lie where Knot was built to put them, unless it says otherwise. */
function inFolder(clauses: string, folder: string): string {
  return clauses.replace(
    /^template:\n +- id: \S+\n/m,
    (head) => `${head}    storage: "${folder}"\n`,
  )
}

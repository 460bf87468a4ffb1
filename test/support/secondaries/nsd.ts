import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab, Running } from './lab.ts'
import { tell, until, untilReady, type Secondary, type Told } from './secondary.ts'

export interface NsdSetup {
  readonly port: number
  /** Keys and zones; `{folder}` stands for the program's own, and so does where Debian lets it write. */
  readonly clauses: string
}

export interface Nsd extends Secondary {
  readonly control: (...args: readonly string[]) => Promise<Told>
}

/** NSD as a tier: a secondary that is itself a primary. */
export async function startNsd(lab: Lab, { port, clauses }: NsdSetup): Promise<Nsd> {
  const folder = lab.folder(`nsd-${port}`)
  const conf = join(folder, 'nsd.conf')
  writeFileSync(
    conf,
    `server:
  server-count: 1
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  xfrdir: "${folder}"
  verbosity: 2
  xfrd-reload-timeout: 0
remote-control:
  control-enable: yes
  control-interface: "${folder}/control"
${clauses.replaceAll(/\{folder\}|\/var\/lib\/nsd/g, folder)}
`,
  )
  const control = (...args: readonly string[]): Promise<Told> => {
    return tell('nsd-control', ['-c', conf, ...args])
  }
  let running: Running | null = null
  const nsd: Nsd = {
    program: 'nsd',
    port,
    control,
    start: async () => {
      running = lab.start('nsd', ['-d', '-c', conf], folder)
      await untilReady(running, async () => (await control('status')).code === 0)
    },
    stop: async (signal) => running?.stop(signal),
    log: () => running?.log() ?? '',
    serialOf: async (zone) => {
      const { stdout } = await control('zonestatus', zone)
      const serial = /served-serial: "(\d+)/.exec(stdout)?.[1]
      return serial === undefined ? null : Number(serial)
    },
    zoneText: async (zone) => {
      const path = join(folder, zone)
      rmSync(path, { force: true })
      await control('write', zone)
      // It is written by another process than the one that answers, and then put in place.
      await until('a zone file', nsd, () => Promise.resolve(existsSync(path) || 'none'))
      return readFileSync(path, 'utf8')
    },
  }
  await nsd.start()
  return nsd
}

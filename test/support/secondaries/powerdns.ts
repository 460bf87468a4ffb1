import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import { ELSEWHERE, type Lab, type Running } from './lab.ts'
import { tell, untilReady, type Secondary, type Told } from './secondary.ts'

export interface PowerDnsSetup {
  readonly port: number
  /** What stands in the file of `lua-config-file`; where Debian lets it write stands for the program's own folder. */
  readonly lua: string
}

export interface PowerDns extends Secondary {
  readonly control: (...args: readonly string[]) => Promise<Told>
}

/** PowerDNS Recursor, which forwards what is open, with policy zones as the setup says. */
export async function startPowerDns(lab: Lab, { port, lua }: PowerDnsSetup): Promise<PowerDns> {
  const folder = lab.folder(`powerdns-${port}`)
  writeFileSync(
    join(folder, 'recursor.conf'),
    `local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
forward-zones-recurse=.=127.0.0.1:${lab.upstream},${ELSEWHERE}=127.0.0.1:${lab.elsewhere}
lua-config-file=${folder}/rpz.lua
dont-query=
dnssec=off
security-poll-suffix=
disable-packetcache=yes
threads=1
`,
  )
  writeFileSync(join(folder, 'rpz.lua'), lua.replaceAll('/var/spool/powerdns', folder))
  const control = (...args: readonly string[]): Promise<Told> => {
    return tell('rec_control', [`--socket-dir=${folder}`, ...args])
  }
  const policies = policyNames(lua)
  /** Null when it has no such policy, or none that was loaded. */
  const dump = async (zone: string): Promise<string | null> => {
    const path = join(folder, 'dump')
    // It does not write over a file.
    rmSync(path, { force: true })
    const { code, stderr } = await control('dump-rpz', policies.get(zone) ?? zone, path)
    if (code === 0) return readFileSync(path, 'utf8')
    if (stderr.includes('No RPZ zone named')) return null
    throw new Error(`expected a dump of ${zone}, got ${stderr}`)
  }
  let running: Running | null = null
  const powerDns: PowerDns = {
    program: 'pdns_recursor',
    port,
    control,
    start: async () => {
      running = lab.start('pdns_recursor', [`--config-dir=${folder}`, '--daemon=no'], folder)
      await untilReady(running, async () => (await ask(port, 'ready.example')) !== 'silence')
    },
    stop: async (signal) => running?.stop(signal),
    log: () => running?.log() ?? '',
    serialOf: async (zone) => {
      const serial = /\sSOA\s+\S+\s+\S+\s+(\d+)/.exec((await dump(zone)) ?? '')?.[1]
      return serial === undefined ? null : Number(serial)
    },
    zoneText: async (zone) => (await dump(zone)) ?? '',
  }
  await powerDns.start()
  return powerDns
}

/** By zone: what it is asked for by. */
function policyNames(lua: string): Map<string | undefined, string | undefined> {
  const policies = lua.matchAll(/rpzPrimary\([^"]*"[^"]*"[^"]*"([^"]+)"[^)]*policyName="([^"]+)"/g)
  return new Map([...policies].map(([, zone, name]) => [zone, name]))
}

import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { needsProgram } from './needs-program.ts'

/** What a resolver on loopback says of `name`: the status, and behind it the addresses; `silence` when it says nothing. */
export async function dig(port: number, name: string, type = 'A'): Promise<string> {
  const args = ['@127.0.0.1', '-p', String(port), name, type, '+tries=1', '+time=2']
  const output = await new Promise<string>((resolve) => {
    execFile(needsProgram('dig'), args, (_, stdout) => resolve(stdout))
  })
  const status = /status: (\w+)/.exec(output)?.[1]
  if (status === undefined) return 'silence'
  const addresses = [...output.matchAll(/^[^;]\S*\s+\d+\s+IN\s+A{1,4}\s+(\S+)$/gm)]
  return [status, ...addresses.map(([, address]) => address)].join(' ')
}

/** Asks until the answer is `expected`, for resolvers take a new file in when they get to it; gives back the last answer. */
export async function digUntil(port: number, name: string, expected: string): Promise<string> {
  let answer = ''
  for (let tries = 0; tries < 150; tries++) {
    answer = await dig(port, name)
    if (answer === expected) break
    await sleep(100)
  }
  return answer
}

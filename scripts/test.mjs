#!/usr/bin/env node
/**
 * `npm test`: installs what is missing, compiles, and runs vitest with whatever arguments it was given.
 * Runs on Node alone, so that it works on a clean clone.
 *
 *   npm test                              everything
 *   npm test -- test/unit/core            some files
 *   SLOW=1 npm test                       properties and fault rounds at length
 *   BAILIWICK_NO_APT=1 npm test           installs no system package
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build, installNodePackages } from './node-packages.mjs'
import { installSystemPackages } from './system-packages.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const args = process.argv.slice(2)

try {
  installNodePackages(ROOT)
  if (needsPeers()) seeToPeers()
  build(ROOT)
  runVitest()
} catch (error) {
  console.error(`test: ${error.message}`)
  process.exitCode = 1
}

/** Whoever names files or a project without real peers need not wait for them. */
function needsPeers() {
  const chosen = args.filter((arg) => !arg.startsWith('-'))
  return chosen.length === 0 || chosen.some((arg) => /interop|scenario/.test(arg))
}

function seeToPeers() {
  const missing = installSystemPackages()
  if (missing.length === 0) return
  for (const peer of missing) console.warn(`not here, so skipped: ${peer.package} (${peer.for})`)
  console.warn(`to have them: apt-get install ${missing.map((peer) => peer.package).join(' ')}`)
  if (process.env.CI === 'true') throw new Error('in CI every peer must be there')
}

function runVitest() {
  const vitest = `${ROOT}/node_modules/vitest/vitest.mjs`
  const config = `${ROOT}/test/vitest.config.ts`
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * Sees to it that `node_modules` is what `package-lock.json` says, by `npm ci` where it is missing or
 * stale. Runs on Node alone. Throws when npm fails.
 */
export function installNodePackages(root) {
  const stale = whyStale(root)
  if (stale === null) return
  console.log(`${stale}: running npm ci`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    throw new Error(
      'npm ci failed: better-sqlite3 is compiled where no binary fits, which needs python3, make and a C++ compiler',
    )
  }
}

/** Compiles `src/` to `dist/`; throws where it has errors. */
export function build(root) {
  const tsc = `${root}/node_modules/typescript/bin/tsc`
  const { status } = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' })
  if (status !== 0) throw new Error('tsc found errors: see above')
}

/** Why `npm ci` is needed in the folder `root`, or null. npm's hidden lock file tells what really was installed. */
export function whyStale(root) {
  const installed = `${root}/node_modules/.package-lock.json`
  if (!existsSync(installed)) return 'node_modules is missing'
  const have = readPackages(installed)
  for (const [path, wanted] of Object.entries(readPackages(`${root}/package-lock.json`))) {
    if (path === '' || wanted.optional || wanted.link) continue
    if (have[path]?.version !== wanted.version) return `node_modules is stale (${path})`
  }
  return null
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

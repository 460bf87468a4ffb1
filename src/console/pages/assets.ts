import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Hono } from 'hono'

/** The paths of what pages load, each with the hash of its bytes. */
export interface Assets {
  readonly style: string
  readonly script: string
  /** Of pages that use passkeys. */
  readonly passkeys: string
}

const FOLDER = new URL('../../../src/console/assets/', import.meta.url)

/** Adds the files that pages load; a path names the bytes, so a browser keeps them. */
export function addAssets(app: Hono): Assets {
  const add = (name: string, type: string): string => {
    const bytes = readFileSync(new URL(name, FOLDER))
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
    const path = `/console/assets/${hash}/${name}`
    app.get(path, (c) =>
      c.body(new Uint8Array(bytes), 200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=31536000, immutable',
      }),
    )
    return path
  }
  return {
    style: add('console.css', 'text/css; charset=utf-8'),
    script: add('console.js', 'text/javascript; charset=utf-8'),
    passkeys: add('passkeys.js', 'text/javascript; charset=utf-8'),
  }
}

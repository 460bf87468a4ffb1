import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyTiles, MAX_COPIED_TILES } from '../../../src/agent/copy-tiles.ts'
import { Fault } from '../../../src/core/fault.ts'
import { TILE_WIDTH } from '../../../src/core/log/tile.ts'
import { openPublishFolder } from '../../../src/platform/publish-folder.ts'

const STOP = new Fault('fetch/stopped', 'expected nothing, got asked')

test.each([
  [MAX_COPIED_TILES * TILE_WIDTH, 'fetch/stopped'],
  [MAX_COPIED_TILES * TILE_WIDTH + 1, 'fetch/too-large'],
])('does not begin to copy a log that is too long: %i leaves', async (size, code) => {
  const [published, staging] = ['published', 'staging'].map((name) =>
    join(tmpdir(), 'bailiwick-nowhere', name),
  ) as [string, string]
  const tree = { folder: openPublishFolder(published, staging), published, staging }
  const fetch = { bytes: () => Promise.reject(STOP) }
  const deps = { tree, fetch, source: 'http://x.test', metadataTimeoutMs: 1 }
  await expect(copyTiles(deps, null, { size, root: Buffer.alloc(32) })).rejects.toThrow(
    expect.objectContaining({ code }),
  )
})

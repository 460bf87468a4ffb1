import { once } from 'node:events'

/** Writes blocks to standard output, no faster than whoever reads takes them. */
export async function writeOutput(blocks: Iterable<Uint8Array | string>): Promise<void> {
  for (const block of blocks) {
    if (!process.stdout.write(block)) await once(process.stdout, 'drain')
  }
}

import { createHash } from 'node:crypto'

/** The entity tag of something that is told as JSON: another as soon as anything of it is. */
export function tagOfView(view: object): string {
  return createHash('sha256').update(JSON.stringify(view)).digest('base64url').slice(0, 22)
}

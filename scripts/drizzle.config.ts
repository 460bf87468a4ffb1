import { defineConfig } from 'drizzle-kit'

/** `npx drizzle-kit generate --config scripts/drizzle.config.ts --name what`: the SQL is read in review and committed. */
export default defineConfig({
  dialect: 'sqlite',
  schema: './src/store/*schema.ts',
  out: './migrations',
})

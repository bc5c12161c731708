// The adapter's program. serve.js stands first: it takes standard output before anything can print.
import { serve } from "./serve.js";
import { program } from "./adapter.js";

serve(program);

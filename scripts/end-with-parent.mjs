// Preloaded into the agent of this machine. As die-with-parent, but the channel alone does not keep a process that has
// nothing left to do: an agent that gives up must end, or nobody would start it again.
import process from "node:process";
import "./die-with-parent.mjs";

process.channel?.unref();

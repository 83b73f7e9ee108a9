// Keeps what is shown up to date: asks for everything once, then listens; comes back by itself when the router does.
import { batch } from "@preact/signals";
import { api, Refused } from "./api.ts";
import type { DeviceView, JournalEntry, Plan, StatusView } from "./api_types.ts";
import { messages, type Message } from "./events_of.ts";
import { devices, events, journal, link, MOST_ENTRIES, plan, showDevice, showEntry, showStatus, timeline } from "./state.ts";

const QUIET_MS = 40_000; // more than two heartbeats
const LONGEST_WAIT_MS = 15_000;

let current: AbortController | null = null;

/** Begin to listen; a second call begins anew. */
export function listen(): void {
  stop();
  const mine = (current = new AbortController());
  void keepListening(mine.signal);
}

/** Listen no more: nobody is signed in. */
export function stop(): void {
  current?.abort();
  current = null;
}

async function keepListening(ended: AbortSignal): Promise<void> {
  for (let tries = 0; !ended.aborted; tries++) {
    try {
      await once(ended, () => (tries = 0));
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 401) return;
    }
    if (ended.aborted) return;
    link.value = "offline";
    await pause(Math.min(500 * 2 ** tries, LONGEST_WAIT_MS), ended);
  }
}

/** One connection, until it breaks or falls silent. */
async function once(ended: AbortSignal, onLive: () => void): Promise<void> {
  const connection = new AbortController();
  const end = () => connection.abort();
  ended.addEventListener("abort", end);
  let watchdog = setTimeout(end, QUIET_MS);
  try {
    const response = await api.stream(connection.signal);
    if (!response.body) return;
    await askForAll();
    link.value = "live";
    onLive();
    for await (const message of messages(texts(response.body))) {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, QUIET_MS);
      show(message);
    }
  } finally {
    clearTimeout(watchdog);
    ended.removeEventListener("abort", end);
    connection.abort();
  }
}

async function* texts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    yield decoder.decode(part.value, { stream: true });
  }
}

async function askForAll(): Promise<void> {
  const asked = [api.status(), api.plan(), api.devices(), api.timeline(), api.events(), api.journal(MOST_ENTRIES)] as const;
  const [told, planned, all, holds, known, decided] = await Promise.all(asked);
  batch(() => {
    showStatus(told);
    plan.value = planned;
    devices.value = all;
    timeline.value = holds;
    events.value = known;
    journal.value = decided;
  });
}

const FRAME_MS = 100;
let waiting: Message[] = [];

/** Show what came, together with what comes in the next moment: a burst of changes is drawn once. */
function show(message: Message): void {
  if (!message.event) return;
  if (!waiting.length) setTimeout(showWaiting, FRAME_MS);
  waiting.push(message);
}

function showWaiting(): void {
  const came = waiting;
  waiting = [];
  batch(() => came.forEach(take));
}

function take(message: Message): void {
  switch (message.event) {
    case "status":
      return showStatus(JSON.parse(message.data) as StatusView);
    case "plan":
      plan.value = JSON.parse(message.data) as Plan;
      return askForOrders();
    case "device":
      return showDevice(JSON.parse(message.data) as DeviceView);
    case "journal":
      return showEntry(JSON.parse(message.data) as JournalEntry);
  }
}

let asking = false;

/** Prices and events have no topic of their own, but a new plan follows each change of them. */
function askForOrders(): void {
  if (asking) return;
  asking = true;
  setTimeout(async () => {
    asking = false;
    try {
      [timeline.value, events.value] = await Promise.all([api.timeline(), api.events()]);
    } catch {
      // the stream notices by itself that the router is gone
    }
  }, 300);
}

function pause(milliseconds: number, ended: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      ended.removeEventListener("abort", done);
      removeEventListener("online", done);
      resume();
    }
    ended.addEventListener("abort", done);
    addEventListener("online", done); // the phone is home again
  });
}

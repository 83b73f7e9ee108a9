// Reads server-sent events from a stream of text, comments too: they are the router's heartbeat.

export interface Message {
  /** Empty for a comment, which says only that the router lives. */
  event: string;
  data: string;
}

/** Every message, as soon as it is whole; a message may come in pieces. */
export async function* messages(chunks: AsyncIterable<string>): AsyncGenerator<Message> {
  let rest = "";
  for await (const chunk of chunks) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) yield message(block);
  }
}

function message(block: string): Message {
  const read: Message = { event: "", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) read.event = line.slice(7);
    if (line.startsWith("data: ")) read.data += line.slice(6);
  }
  return read;
}

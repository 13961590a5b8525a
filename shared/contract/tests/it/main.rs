//! What outsiders hold us to: signatures made by Huifu's own clients, and the document of the queues.

mod asyncapi;
mod huifu_vectors;

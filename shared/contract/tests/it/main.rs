//! What outsiders hold us to: signatures made by Huifu's own clients.

mod huifu_vectors;

-- Opens the saved session in a process of its own and exports it again: what was saved is what is
-- heard. Run by `ardour7-lua`.

package.path = os.getenv ("SWITCHYARD_SCRIPTS") .. "/?.lua;" .. package.path
local common = require ("common")
local scenario = dofile (os.getenv ("SWITCHYARD_SCENARIO"))
local folder = os.getenv ("SWITCHYARD_FOLDER")

AudioEngine:set_backend ("None (Dummy)", "", "")
assert (load_session (folder .. "/session", "switchyard"), "the saved session does not load")
local processor = Session:route_by_name ("Switchyard"):nth_plugin (0)
assert (not processor:isnil (), "the saved session has lost the plugin")
common.export (folder, "reloaded", scenario.frames)
common.write_parameters (processor, folder .. "/reloaded.parameters")
Session:close ()
quit ()

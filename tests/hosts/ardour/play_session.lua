-- Opens the saved session in a process of its own, exports what its returns carry to one WAV, writes
-- down the plugin's parameters and saves it again, all under the name in SWITCHYARD_NAME.
-- Run by `ardour7-lua`.

package.path = os.getenv ("SWITCHYARD_SCRIPTS") .. "/?.lua;" .. package.path
local common = require ("common")
local scenario = dofile (os.getenv ("SWITCHYARD_SCENARIO"))
local folder = os.getenv ("SWITCHYARD_FOLDER")
local name = os.getenv ("SWITCHYARD_NAME")

AudioEngine:set_backend ("None (Dummy)", "", "")
assert (load_session (folder .. "/session", "switchyard"), "the saved session does not load")
local processor = Session:route_by_name ("Switchyard"):nth_plugin (0)
assert (not processor:isnil (), "the saved session has lost the plugin")
common.write_parameters (processor, folder .. "/" .. name .. ".parameters")
common.export (folder, name, scenario.frames)
assert (Session:save_state ("") == 0, "the session is not saved")
Session:close ()
quit ()

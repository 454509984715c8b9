-- A sound source that says the same in every run, to the sample: a steady level on each side.
-- Ardour loads it from its scripts folder; the host test puts one on every track.
ardour {
	["type"] = "dsp",
	name = "Switchyard Steady Source",
	category = "Instrument",
	license = "MIT",
	author = "Switchyard",
	description = [[A steady level on the left and another on the right.]]
}

function dsp_params ()
	return {
		{ ["type"] = "input", name = "Left", min = -1, max = 1, default = 0 },
		{ ["type"] = "input", name = "Right", min = -1, max = 1, default = 0 },
	}
end

function dsp_ioconfig ()
	return { [1] = { audio_in = -1, audio_out = -1 } }
end

function dsp_run (ins, outs, frames)
	local level = CtrlPorts:array ()
	-- Filled without a table in between: Ardour gives a script only a small pool of memory.
	for channel = 1, #outs do
		ARDOUR.DSP.memset (outs[channel], level[channel], frames)
	end
end

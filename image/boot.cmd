# What U-Boot runs from the card's first partition; devtype and devnum are set. image/build puts choose.cmd in its place.
# On the screen is U-Boot's own sign: away with it. Where U-Boot has the ramdisk on a Raspberry Pi, Debian's kernel still is: it goes further on.
setenv stdout vidconsole; cls; setenv stdout serial
setexpr scb_ramdisk ${kernel_addr_r} + @RAMDISK@
${devtype} dev ${devnum}
setenv scb_lba0 @LBA0@; setenv scb_lba1 @LBA1@; setenv scb_at ${kernel_addr_r}; setenv scb_more
if load ${devtype} ${devnum}:1 ${scriptaddr} more.env; then env import -t ${scriptaddr} ${filesize} scb_more; fi
@CHOOSE@
if test -n "${fdt_addr}"; then setenv scb_fdt ${fdt_addr}; else setenv scb_fdt ${fdtcontroladdr}; fi
for scb_slot in ${scb_order}; do
  if test ${scb_slot} = A; then setenv scb_part 2; setenv scb_stands ${scb_a}; else setenv scb_part 3; setenv scb_stands ${scb_b}; fi
  echo "scorecard: slot ${scb_slot}, ${scb_left} left"
  if load ${devtype} ${devnum}:${scb_part} ${scriptaddr} slot.env; then
    env import -t ${scriptaddr} ${filesize} scb_args
    if load ${devtype} ${devnum}:${scb_part} ${kernel_addr_r} vmlinuz; then
      if load ${devtype} ${devnum}:${scb_part} ${scb_ramdisk} initrd; then
        setenv bootargs "${scb_args} scorecard.slot=${scb_slot} rauc.slot=${scb_slot} scorecard.left=${scb_left} scorecard.stands=${scb_stands} ${scb_more}"
        booti ${kernel_addr_r} ${scb_ramdisk}:${filesize} ${scb_fdt}
      fi
    fi
  fi
done
setenv stdout serial,vidconsole
echo "scorecard: neither slot starts"
sleep 10
reset
